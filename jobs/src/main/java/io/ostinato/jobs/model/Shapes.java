package io.ostinato.jobs.model;

import ai.djl.ndarray.types.Shape;
import java.util.List;

/** Converts lists of numbers to shapes. */
final class Shapes {
  private Shapes() {}

  static Shape of(List<Long> dimensions) {
    return new Shape(dimensions.stream().mapToLong(Long::longValue).toArray());
  }
}
