package io.ostinato.spark.data;

import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.util.stream.LongStream;

/**
 * A matrix of Spark ML.
 *
 * @param elements row by row, zeros included
 */
record MlMatrix(int rows, int columns, double[] elements) {
  /** How many fields Spark ML keeps it in. */
  static final int FIELDS = 7;

  private static final byte SPARSE = 0;

  /**
   * Of {@code struct<type: tinyint, numRows: int, numCols: int, colPtrs: array<int>, rowIndices:
   * array<int>, values: array<double>, isTransposed: boolean>}, column by column unless transposed.
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

  /** Appends all elements, row by row. */
  void put(Column column, ByteBuffer target, RowPlace place) {
    Shape given = new Shape(rows, columns);
    if (!withoutOnes(given).equals(withoutOnes(new Shape(column.dimensions())))) {
      throw column.refuse(
          place, "is a matrix of %s; expected %s".formatted(given, column.expected()));
    }
    column.putNumbers(elements, target, place);
  }

  private static Shape withoutOnes(Shape shape) {
    return new Shape(LongStream.of(shape.getShape()).filter(dimension -> dimension != 1).toArray());
  }
}
