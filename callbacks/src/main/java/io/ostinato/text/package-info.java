/** Patterns with which users select names, and excerpts of text for messages. */
@NullMarked
package io.ostinato.text;

import org.jspecify.annotations.NullMarked;
