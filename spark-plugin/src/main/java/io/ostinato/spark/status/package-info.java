/** What the evaluations of an application do and have cost, for display and for metrics. */
@NullMarked
package io.ostinato.spark.status;

import org.jspecify.annotations.NullMarked;
