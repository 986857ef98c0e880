package io.ostinato.metric;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import java.util.List;
import java.util.Objects;

/**
 * The results of one batch, by name: {@link #OUTPUTS} and {@link #TARGETS} unless a metric requires
 * others. The arrays are owned by their creator, who closes them.
 */
public record MetricBatch(NDList arrays) {
  /** The name of the model's outputs. */
  public static final String OUTPUTS = "outputs";

  /** The name of the targets. */
  public static final String TARGETS = "targets";

  /** The name of one output, for metrics that select it; see {@link Metric#ofOutput}. */
  public static String outputsOf(String output) {
    return OUTPUTS + "." + output;
  }

  /** The name of a column of the dataset, for metrics that read it; see {@link Metric#columns}. */
  public static String columnOf(String column) {
    return "columns." + column;
  }

  /**
   * The array with this name.
   *
   * @throws IllegalArgumentException if there is none, or several; lists the arrays of the batch
   */
  public NDArray get(String name) {
    List<NDArray> found = arrays.stream().filter(array -> name.equals(array.getName())).toList();
    if (found.size() == 1) {
      return found.get(0);
    }
    if (found.size() > 1) {
      throw new IllegalArgumentException(
          "the batch has several arrays named '%s'; give them different names".formatted(name));
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
