package io.ostinato.jobs.quickstart;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The bundled handwritten digits: 1,797 images of 8 by 8 pixels, the first 1,437 for training and
 * the other 360 for testing. Each has {@code pixels}, 64 numbers from 0 to 1 row by row, and {@code
 * label}, the digit.
 */
public final class Digits {
  private static final StructType SCHEMA =
      new StructType()
          .add("pixels", DataTypes.createArrayType(DataTypes.FloatType, false), false)
          .add("label", DataTypes.LongType, false);

  private static final int TRAIN_ROWS = 1437;
  private static final int PIXELS = 64;
  private static final float DARKEST = 16;

  private final List<Digit> digits;

  private record Digit(List<Float> pixels, long label) {
    static Digit parse(String line) {
      List<Integer> numbers = Arrays.stream(line.split(",")).map(Integer::valueOf).toList();
      return new Digit(
          numbers.stream().limit(PIXELS).map(pixel -> pixel / DARKEST).toList(),
          numbers.get(PIXELS));
    }

    String json() {
      return pixels.stream()
          .map(pixel -> Float.toString(pixel))
          .collect(Collectors.joining(",", "{\"pixels\":[", "],\"label\":" + label + "}"));
    }

    Row row() {
      return RowFactory.create(pixels, label);
    }
  }

  private Digits(List<Digit> digits) {
    this.digits = digits;
  }

  static Digits load() {
    return new Digits(Resources.text("digits.csv").lines().map(Digit::parse).toList());
  }

  /**
   * The 1,437 digits for training, as a DataFrame with the columns {@code pixels}, {@code
   * array<float>}, and {@code label}, {@code bigint}.
   */
  public static Dataset<Row> train(SparkSession spark) {
    return rows(spark, load().digits.stream().limit(TRAIN_ROWS));
  }

  /** The 360 digits for testing, in the form of {@link #train(SparkSession)}. */
  public static Dataset<Row> test(SparkSession spark) {
    return rows(spark, load().digits.stream().skip(TRAIN_ROWS));
  }

  private static Dataset<Row> rows(SparkSession spark, Stream<Digit> digits) {
    return spark.createDataFrame(digits.map(Digit::row).toList(), SCHEMA);
  }

  /** The rows for training as JSON lines. */
  List<String> train() {
    return lines().subList(0, TRAIN_ROWS);
  }

  /** The test rows as JSON lines, in consecutive parts of nearly equal size. */
  List<List<String>> test(int parts) {
    List<String> lines = lines();
    int rows = lines.size() - TRAIN_ROWS;
    return IntStream.range(0, parts)
        .mapToObj(
            part ->
                lines.subList(
                    TRAIN_ROWS + part * rows / parts, TRAIN_ROWS + (part + 1) * rows / parts))
        .toList();
  }

  private List<String> lines() {
    return digits.stream().map(Digit::json).toList();
  }
}
