/** The training loss: as observed in training, and on other datasets. */
@NullMarked
package io.ostinato.loss;

import org.jspecify.annotations.NullMarked;
