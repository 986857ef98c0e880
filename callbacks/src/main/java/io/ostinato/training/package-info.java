/** The training loop that drives the callbacks. */
@NullMarked
package io.ostinato.training;

import org.jspecify.annotations.NullMarked;
