package io.ostinato.spark.data;

import java.nio.ByteBuffer;

/**
 * A Spark ML vector.
 *
 * @param size number of elements, including zeros
 * @param indices positions of the values; empty for a dense vector
 * @param values all elements of a dense vector, or those at the indices of a sparse one
 */
record MlVector(int size, int[] indices, double[] values) {
  /** The number of fields of Spark ML's struct. */
  static final int FIELDS = 4;

  private static final int[] ALL = {};
  private static final byte SPARSE = 0;

  /**
   * Converts {@code struct<type: tinyint, size: int, indices: array<int>, values: array<double>>}.
   */
  static MlVector of(MlFields vector) {
    double[] values = vector.doubles(3);
    return vector.getByte(0) == SPARSE
        ? new MlVector(vector.getInt(1), vector.ints(2), values)
        : new MlVector(values.length, ALL, values);
  }

  /** Appends all elements, including zeros. */
  void put(Column column, ByteBuffer target, RowPlace place) {
    column.checkElements(size, place);
    column.putNumbers(elements(), target, place);
  }

  /** All elements, including zeros. */
  double[] elements() {
    double[] all = values;
    if (values.length < size) {
      all = new double[size];
      for (int i = 0; i < indices.length; i++) {
        all[indices[i]] = values[i];
      }
    }
    return all;
  }
}
