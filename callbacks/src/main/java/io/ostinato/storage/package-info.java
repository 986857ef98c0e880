/** Files that store a run's state: weights, optimizer and the states of callbacks. */
@NullMarked
package io.ostinato.storage;

import org.jspecify.annotations.NullMarked;
