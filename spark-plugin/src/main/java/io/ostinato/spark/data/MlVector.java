package io.ostinato.spark.data;

import java.nio.ByteBuffer;

/**
 * A vector of Spark ML as its rows hold it.
 *
 * @param size how many elements it has
 * @param indices where the values are; empty where they are all of them
 */
record MlVector(int size, int[] indices, double[] values) {
  /** How many fields Spark ML keeps it in. */
  static final int FIELDS = 4;

  private static final int[] ALL = {};
  private static final byte SPARSE = 0;

  /** Of {@code struct<type: tinyint, size: int, indices: array<int>, values: array<double>>}. */
  static MlVector of(MlFields vector) {
    double[] values = vector.doubles(3);
    return vector.getByte(0) == SPARSE
        ? new MlVector(vector.getInt(1), vector.ints(2), values)
        : new MlVector(values.length, ALL, values);
  }

  /** Appends all elements, zeros included. */
  void put(Column column, ByteBuffer target, RowPlace place) {
    column.checkElements(size, place);
    double[] all = values;
    if (values.length < size) {
      all = new double[size];
      for (int i = 0; i < indices.length; i++) {
        all[indices[i]] = values[i];
      }
    }
    column.putNumbers(all, target, place);
  }
}
