/** Metrics that are computed from mergeable states, and the built-in metrics. */
@NullMarked
package io.ostinato.metric;

import org.jspecify.annotations.NullMarked;
