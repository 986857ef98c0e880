/** Spark datasets as batches of tensors. */
@NullMarked
package io.ostinato.spark.data;

import org.jspecify.annotations.NullMarked;
