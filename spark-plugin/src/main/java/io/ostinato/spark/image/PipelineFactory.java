package io.ostinato.spark.image;

import ai.djl.translate.Pipeline;
import java.io.Serializable;

/** Creates a pipeline of DJL's transforms on an executor; pipelines can't be serialized. */
@FunctionalInterface
public interface PipelineFactory extends Serializable {

  /**
   * A new pipeline, which takes one array uint8 {@code (height, width, 3)} in RGB and returns one
   * array. It is used by one thread.
   */
  Pipeline pipeline();
}
