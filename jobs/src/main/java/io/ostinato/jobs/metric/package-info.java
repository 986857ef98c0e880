/** Reads metrics from the command line. */
@NullMarked
package io.ostinato.jobs.metric;

import org.jspecify.annotations.NullMarked;
