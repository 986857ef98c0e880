/** Metrics by name. */
@NullMarked
package io.ostinato.jobs.metric;

import org.jspecify.annotations.NullMarked;
