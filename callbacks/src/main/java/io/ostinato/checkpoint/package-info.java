/** Callbacks that save checkpoints. */
@NullMarked
package io.ostinato.checkpoint;

import org.jspecify.annotations.NullMarked;
