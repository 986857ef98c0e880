/** The extension of Jupyter's Java kernel. */
@NullMarked
package io.ostinato.notebook.jupyter;

import org.jspecify.annotations.NullMarked;
