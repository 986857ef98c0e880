package io.ostinato.metric;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import java.util.Objects;

/**
 * The results of one batch, by name: {@link #OUTPUTS} and {@link #TARGETS} unless a metric says
 * otherwise. The arrays belong to whoever made them.
 */
public record MetricBatch(NDList arrays) {
  /** What the model gave. */
  public static final String OUTPUTS = "outputs";

  /** What it should have given. */
  public static final String TARGETS = "targets";

  /**
   * An array.
   *
   * @throws IllegalArgumentException if there is none of that name; lists those there are
   */
  public NDArray get(String name) {
    for (NDArray array : arrays) {
      if (name.equals(array.getName())) {
        return array;
      }
    }
    throw new IllegalArgumentException(
        "a metric needs the array '%s'; the batch has: %s"
            .formatted(
                name,
                String.join(
                    ", ", arrays.stream().map(a -> Objects.toString(a.getName())).toList())));
  }

  /** The numbers of an array on the host, in row-major order. */
  double[] doubles(String name) {
    return doubles(get(name));
  }

  static double[] doubles(NDArray array) {
    if (array.getDataType() == DataType.FLOAT64) {
      return array.toDoubleArray();
    }
    try (NDArray converted = array.toType(DataType.FLOAT64, true)) {
      return converted.toDoubleArray();
    }
  }
}
