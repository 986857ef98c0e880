/** Checks of the code of cells that is sent to executors. */
@NullMarked
package io.ostinato.notebook.cells;

import org.jspecify.annotations.NullMarked;
