/** Evaluations as Spark jobs. */
@NullMarked
package io.ostinato.spark.engine;

import org.jspecify.annotations.NullMarked;
