/** Plots as inline SVG, without scripts; depends on the JDK alone. */
@NullMarked
package io.ostinato.plot;

import org.jspecify.annotations.NullMarked;
