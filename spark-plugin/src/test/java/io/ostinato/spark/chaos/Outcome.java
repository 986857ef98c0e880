package io.ostinato.spark.chaos;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.ostinato.evaluation.EvaluationResults;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * All bits of an evaluation.
 *
 * @param rows number of evaluated rows
 * @param manifest of the weights
 * @param content metrics, and names, shapes and elements of all arrays
 */
record Outcome(long rows, String manifest, String content) {

  /** The outcome of an evaluation whose results are closed by this. */
  static Outcome of(EvaluationResults results, SparkSession session) {
    try (results) {
      return results.parquet().isEmpty()
          ? collected(results)
          : ofFiles(
              results.manifest(), session.read().parquet(results.parquet().get()).collectAsList());
    }
  }

  /** The outcome of an evaluation on the driver. */
  static Outcome collected(EvaluationResults results) {
    StringBuilder content = new StringBuilder();
    results.metrics().forEach((name, value) -> content.append("%s=%s;".formatted(name, value)));
    for (int i = 0; i < results.size(); i++) {
      NDArray array = results.get(i);
      append(content, array.getName(), array.getShape(), array.toByteArray());
    }
    return new Outcome(results.rows(), results.manifest(), content.toString());
  }

  /** Rows of logits and predictions that the executors have written, as if they were collected. */
  private static Outcome ofFiles(String manifest, List<Row> files) {
    List<Row> rows =
        files.stream().sorted(Comparator.comparingLong(row -> row.getAs("row"))).toList();
    ByteBuffer logits = ByteBuffer.allocate(rows.size() * 12).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer predictions = ByteBuffer.allocate(rows.size() * 8).order(ByteOrder.LITTLE_ENDIAN);
    StringBuilder indices = new StringBuilder();
    for (int i = 0; i < rows.size(); i++) {
      Row row = rows.get(i);
      if (row.<Long>getAs("row") != i) {
        indices.append("row %s in place of %s;".formatted(row.getAs("row"), i));
      }
      row.getList(row.fieldIndex("logits")).forEach(value -> logits.putFloat((Float) value));
      predictions.putLong(row.getAs("predictions"));
    }
    append(indices, "logits", new Shape(rows.size(), 3), logits.array());
    append(indices, "predictions", new Shape(rows.size()), predictions.array());
    return new Outcome(rows.size(), manifest, indices.toString());
  }

  private static void append(StringBuilder content, String name, Shape shape, byte[] elements) {
    content.append(name).append(shape).append(HexFormat.of().formatHex(elements));
  }
}
