package io.ostinato.jobs.quickstart;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.ArrayDataset;
import io.ostinato.jobs.model.DigitsNet;
import io.ostinato.spark.data.SparkDataset;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The bundled handwritten digits in memory: 1,797 images of 8 by 8 pixels, the first 1,437 to train
 * on, the others to test on. Pixels are scaled to 0..1.
 */
public final class TestDigits {
  private static final int TRAIN_ROWS = 1437;
  private static final int PIXELS = 64;
  private static final float DARKEST = 16;

  private record Digit(float[] pixels, long label) {}

  private final List<Digit> digits;

  private TestDigits(List<Digit> digits) {
    this.digits = digits;
  }

  static TestDigits load() {
    try (InputStream in = TestDigits.class.getResourceAsStream("digits.csv")) {
      if (in == null) {
        throw new IllegalStateException("the resource digits.csv is missing from this jar");
      }
      BufferedReader lines =
          new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII));
      return new TestDigits(lines.lines().map(TestDigits::parse).toList());
    } catch (IOException e) {
      throw new UncheckedIOException("can't read the bundled digits", e);
    }
  }

  /** Images float32 (1437, 1, 8, 8) and labels int64 (1437), owned by the manager. */
  ArrayDataset train(NDManager manager) {
    List<Digit> rows = digits.subList(0, TRAIN_ROWS);
    float[] pixels = new float[rows.size() * PIXELS];
    for (int row = 0; row < rows.size(); row++) {
      System.arraycopy(rows.get(row).pixels(), 0, pixels, row * PIXELS, PIXELS);
    }
    long[] labels = rows.stream().mapToLong(Digit::label).toArray();
    return new ArrayDataset.Builder()
        .setData(manager.create(pixels, new Shape(rows.size()).addAll(DigitsNet.INPUT)))
        .optLabels(manager.create(labels))
        .setSampling(1, false) // the training loop draws the batches
        .build();
  }

  /** Columns pixels (array of float) and label (bigint). */
  Dataset<Row> testRows(SparkSession spark) {
    List<Row> rows =
        digits.subList(TRAIN_ROWS, digits.size()).stream()
            .map(digit -> RowFactory.create(boxed(digit.pixels()), digit.label()))
            .toList();
    return spark.createDataFrame(
        rows,
        new StructType()
            .add("pixels", DataTypes.createArrayType(DataTypes.FloatType, false))
            .add("label", DataTypes.LongType));
  }

  /** The 360 digits to test on: x float32 (1, 8, 8) and class int64 (). */
  public static SparkDataset test(SparkSession spark) {
    return SparkDataset.of(load().testRows(spark))
        .column("x", "pixels", DataType.FLOAT32, DigitsNet.INPUT.getShape())
        .column("class", "label", DataType.INT64);
  }

  private static Digit parse(String line) {
    long[] numbers = Stream.of(line.split(",")).mapToLong(Long::parseLong).toArray();
    float[] pixels = new float[PIXELS];
    for (int i = 0; i < PIXELS; i++) {
      pixels[i] = numbers[i] / DARKEST;
    }
    return new Digit(pixels, numbers[PIXELS]);
  }

  private static Float[] boxed(float[] values) {
    Float[] boxed = new Float[values.length];
    for (int i = 0; i < values.length; i++) {
      boxed[i] = values[i];
    }
    return boxed;
  }
}
