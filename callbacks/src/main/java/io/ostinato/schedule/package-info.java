/** The progress of training, its length, and when callbacks are due: pure values. */
@NullMarked
package io.ostinato.schedule;

import org.jspecify.annotations.NullMarked;
