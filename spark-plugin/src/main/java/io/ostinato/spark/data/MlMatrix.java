package io.ostinato.spark.data;

import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.util.stream.LongStream;

/**
 * A Spark ML matrix.
 *
 * @param elements in row-major order, including zeros
 */
record MlMatrix(int rows, int columns, double[] elements) {
  /** The number of fields of Spark ML's struct. */
  static final int FIELDS = 7;

  private static final byte SPARSE = 0;

  /**
   * Converts {@code struct<type: tinyint, numRows: int, numCols: int, colPtrs: array<int>,
   * rowIndices: array<int>, values: array<double>, isTransposed: boolean>}, in column-major order
   * unless transposed.
   */
  static MlMatrix of(MlFields matrix) {
    int rows = matrix.getInt(1);
    int columns = matrix.getInt(2);
    boolean byRow = matrix.getBoolean(6);
    double[] values = matrix.doubles(5);
    double[] elements = new double[Math.multiplyExact(rows, columns)];
    int minor = byRow ? columns : rows;
    if (matrix.getByte(0) == SPARSE) {
      int[] starts = matrix.ints(3);
      int[] indices = matrix.ints(4);
      for (int major = 0; major < starts.length - 1; major++) {
        for (int i = starts[major]; i < starts[major + 1]; i++) {
          elements[place(major, indices[i], columns, byRow)] = values[i];
        }
      }
    } else {
      for (int i = 0; i < values.length; i++) {
        elements[place(i / minor, i % minor, columns, byRow)] = values[i];
      }
    }
    return new MlMatrix(rows, columns, elements);
  }

  private static int place(int major, int minor, int columns, boolean byRow) {
    return byRow ? major * columns + minor : minor * columns + major;
  }

  /** Appends all elements in row-major order. */
  void put(Column column, ByteBuffer target, RowPlace place) {
    Shape given = new Shape(rows, columns);
    if (!withoutOnes(given).equals(withoutOnes(new Shape(column.dimensions())))) {
      throw column.refuse(
          place, "is a matrix of shape %s; expected %s".formatted(given, column.expected()));
    }
    column.putNumbers(elements, target, place);
  }

  private static Shape withoutOnes(Shape shape) {
    return new Shape(LongStream.of(shape.getShape()).filter(dimension -> dimension != 1).toArray());
  }
}
