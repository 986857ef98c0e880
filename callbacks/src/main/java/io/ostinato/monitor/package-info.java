/** Callbacks that monitor a training: its progress, duration and size. */
@NullMarked
package io.ostinato.monitor;

import org.jspecify.annotations.NullMarked;
