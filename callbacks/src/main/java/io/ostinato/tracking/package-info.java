/** Metrics of a run and the trackers that publish them. */
@NullMarked
package io.ostinato.tracking;

import org.jspecify.annotations.NullMarked;
