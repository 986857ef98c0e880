/** Datasets of Spark as blocks of tensors. */
@NullMarked
package io.ostinato.spark.data;

import org.jspecify.annotations.NullMarked;
