package io.ostinato.spark.data;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.describe.Words;
import java.util.Arrays;

/** Shapes of one row, without the batch dimension. */
public final class RowShape {
  private RowShape() {}

  /**
   * A shape with these dimensions; that of a scalar if there are none.
   *
   * @throws IllegalArgumentException if a dimension is less than 1, or a row has more bytes than an
   *     array of Java can hold
   */
  public static Shape of(DataType type, long... dimensions) {
    long bytes = Math.max(1, type.getNumOfBytes());
    for (long dimension : dimensions) {
      if (dimension < 1) {
        throw new IllegalArgumentException(
            "every dimension of the shape %s must be at least 1"
                .formatted(Arrays.toString(dimensions)));
      }
      if (dimension > Integer.MAX_VALUE || bytes * dimension > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(
            "a row of %s with the shape %s has more than 2,147,483,647 bytes, the maximum of one"
                    .formatted(Words.of(type), Arrays.toString(dimensions))
                + " row");
      }
      bytes *= dimension;
    }
    return new Shape(dimensions);
  }
}
