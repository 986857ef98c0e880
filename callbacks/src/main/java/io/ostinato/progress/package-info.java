/** How long work shows how far it is: on a terminal, or not at all. */
@NullMarked
package io.ostinato.progress;

import org.jspecify.annotations.NullMarked;
