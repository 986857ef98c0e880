package io.ostinato.jobs.model;

import ai.djl.ndarray.types.Shape;
import java.util.List;

/** Shapes of lists of numbers. */
final class Shapes {
  private Shapes() {}

  static Shape of(List<Long> dimensions) {
    return new Shape(dimensions.stream().mapToLong(Long::longValue).toArray());
  }
}
