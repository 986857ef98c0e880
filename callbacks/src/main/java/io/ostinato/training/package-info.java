/** The training loop that calls the callbacks. */
@NullMarked
package io.ostinato.training;

import org.jspecify.annotations.NullMarked;
