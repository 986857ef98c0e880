/** Text as tensors: tokenizers of Hugging Face, run by DJL's extension for them. */
@NullMarked
package io.ostinato.spark.text;

import org.jspecify.annotations.NullMarked;
