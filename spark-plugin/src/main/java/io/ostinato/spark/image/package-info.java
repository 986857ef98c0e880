/**
 * Encoded images as columns of a dataset: decoding, and the transforms that make tensors of them.
 */
@NullMarked
package io.ostinato.spark.image;

import org.jspecify.annotations.NullMarked;
