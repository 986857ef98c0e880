/** Spark ML stages on resident models. */
@NullMarked
package io.ostinato.spark.ml;

import org.jspecify.annotations.NullMarked;
