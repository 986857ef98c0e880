package io.ostinato.jobs.model;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.spark.data.RowShape;
import java.util.List;

/** Converts lists of numbers to shapes. */
final class Shapes {
  private Shapes() {}

  static Shape of(List<Long> dimensions) {
    return RowShape.of(DataType.FLOAT32, dimensions.stream().mapToLong(Long::longValue).toArray());
  }
}
