/** The weights of a model at one moment, as immutable values on the host. */
@NullMarked
package io.ostinato.weights;

import org.jspecify.annotations.NullMarked;
