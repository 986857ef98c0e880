/** The tab in Spark's web UI, and Spark metrics of the application. */
@NullMarked
package io.ostinato.spark.ui;

import org.jspecify.annotations.NullMarked;
