package io.ostinato.metric;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.Serializable;
import java.util.stream.LongStream;

/**
 * The embeddings of a batch.
 *
 * @param vectors the embeddings, one after the other
 * @param groups the group of each row
 * @param queries 1 for each row that is a query, and 0 for each one of the corpus
 */
record EmbeddingBlock(float[] vectors, long[] groups, byte[] queries) implements Serializable {
  private static final int MOST_EXACT = 53;

  /**
   * Reads a batch.
   *
   * @throws IllegalArgumentException if a shape doesn't match, a group is not a whole number, or
   *     the column of the queries is neither 0 nor 1
   */
  static EmbeddingBlock of(MetricBatch batch, EmbeddingSearch search) {
    NDArray outputs = batch.get(MetricBatch.OUTPUTS);
    Shape shape = outputs.getShape();
    long dimensions = LongStream.of(shape.getShape()).skip(1).filter(length -> length != 1).count();
    if (shape.dimension() < 2 || dimensions > 1) {
      throw new IllegalArgumentException(
          "a metric of retrieval needs embeddings as outputs, (rows, dimensions); given: "
              + shape
              + (dimensions > 1
                  ? "; choose another output, or pool the tokens or positions of a row in the model"
                  : ""));
    }
    int rows = Math.toIntExact(shape.get(0));
    long[] groups = groups(batch.get(MetricBatch.TARGETS), rows);
    byte[] queries = search.hasQueries() ? queries(batch, search.queries(), rows) : new byte[rows];
    return new EmbeddingBlock(floats(outputs), groups, queries);
  }

  int rows() {
    return groups.length;
  }

  /** The length of an embedding. */
  int dimensions() {
    return vectors.length / Math.max(1, rows());
  }

  boolean isFinite() {
    for (float number : vectors) {
      if (!Float.isFinite(number)) {
        return false;
      }
    }
    return true;
  }

  private static float[] floats(NDArray array) {
    if (array.getDataType() == DataType.FLOAT32) {
      return array.toFloatArray();
    }
    try (NDArray converted = array.toType(DataType.FLOAT32, true)) {
      return converted.toFloatArray();
    }
  }

  /** Reads 64 bits exactly, as hashes have. */
  private static long[] groups(NDArray targets, int rows) {
    checkRows("groups, as targets", targets, rows);
    if (targets.getDataType().isFloating()) {
      for (double number : MetricBatch.doubles(targets)) {
        if (number != Math.rint(number) || Math.abs(number) > 1L << MOST_EXACT) {
          throw new IllegalArgumentException(
              "the target %s is not a whole number, so it is not a group".formatted(number));
        }
      }
    }
    if (targets.getDataType() == DataType.INT64) {
      return targets.toLongArray();
    }
    try (NDArray converted = targets.toType(DataType.INT64, true)) {
      return converted.toLongArray();
    }
  }

  private static byte[] queries(MetricBatch batch, String column, int rows) {
    NDArray array = batch.get(MetricBatch.columnOf(column));
    checkRows("the queries '%s'".formatted(column), array, rows);
    double[] numbers = MetricBatch.doubles(array);
    byte[] queries = new byte[rows];
    for (int row = 0; row < rows; row++) {
      if (numbers[row] != 0 && numbers[row] != 1) {
        throw new IllegalArgumentException(
            "the column '%s' must be 1 for queries and 0 for the corpus; given: %s"
                .formatted(column, numbers[row]));
      }
      queries[row] = (byte) numbers[row];
    }
    return queries;
  }

  private static void checkRows(String what, NDArray array, int rows) {
    if (array.getShape().dimension() == 0
        || array.getShape().get(0) != rows
        || array.getShape().size() != rows) {
      throw new IllegalArgumentException(
          "a metric of retrieval needs %s, one for each of the %s rows; given the shape: %s"
              .formatted(what, rows, array.getShape()));
    }
  }
}
