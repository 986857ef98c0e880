/** Tables for notebooks, as HTML, text, and for Zeppelin. */
@NullMarked
package io.ostinato.notebook.display;

import org.jspecify.annotations.NullMarked;
