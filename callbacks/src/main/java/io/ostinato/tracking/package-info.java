/** Where the metrics of a run are written. */
@NullMarked
package io.ostinato.tracking;

import org.jspecify.annotations.NullMarked;
