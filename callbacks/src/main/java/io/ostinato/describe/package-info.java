/** How something that is configured tells about itself and what is wrong with it. */
@NullMarked
package io.ostinato.describe;

import org.jspecify.annotations.NullMarked;
