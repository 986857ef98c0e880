/** Callbacks of a training run, and when they are called. */
@NullMarked
package io.ostinato.callback;

import org.jspecify.annotations.NullMarked;
