/** Callbacks that end training before its full length. */
@NullMarked
package io.ostinato.stopping;

import org.jspecify.annotations.NullMarked;
