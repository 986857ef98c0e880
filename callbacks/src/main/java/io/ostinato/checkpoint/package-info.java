/** Which weights of a training are kept. */
@NullMarked
package io.ostinato.checkpoint;

import org.jspecify.annotations.NullMarked;
