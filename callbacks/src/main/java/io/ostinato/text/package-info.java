/** Patterns with which users select names. */
@NullMarked
package io.ostinato.text;

import org.jspecify.annotations.NullMarked;
