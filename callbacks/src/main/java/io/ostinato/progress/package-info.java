/** Shows the progress of long-running work on a terminal, or not at all. */
@NullMarked
package io.ostinato.progress;

import org.jspecify.annotations.NullMarked;
