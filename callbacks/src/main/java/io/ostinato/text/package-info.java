/** Patterns of names that users write. */
@NullMarked
package io.ostinato.text;

import org.jspecify.annotations.NullMarked;
