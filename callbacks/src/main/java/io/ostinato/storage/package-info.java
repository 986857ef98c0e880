/** What a run keeps in files: weights, optimizer and the states of callbacks. */
@NullMarked
package io.ostinato.storage;

import org.jspecify.annotations.NullMarked;
