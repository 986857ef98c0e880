/** The Spark plugin: settings, and the native engine of each process. */
@NullMarked
package io.ostinato.spark.plugin;

import org.jspecify.annotations.NullMarked;
