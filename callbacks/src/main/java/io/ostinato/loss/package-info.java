/** Losses of a training: while it trains, and on other datasets. */
@NullMarked
package io.ostinato.loss;

import org.jspecify.annotations.NullMarked;
