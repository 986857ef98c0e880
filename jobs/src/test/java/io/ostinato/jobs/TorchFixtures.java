package io.ostinato.jobs;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** TorchScript modules with BatchNorm, and PyTorch's own outputs for 16 images of 5 by 5 pixels. */
public final class TorchFixtures {
  public static final int ROWS = 16;
  public static final int CLASSES = 3;
  private static final int PIXELS = 25;

  private TorchFixtures() {}

  /** Copies a module, as in {@code batchnorm-a.pt}, to a file. */
  public static Path module(String name, Path file) throws IOException {
    return Files.write(file, resource(name));
  }

  /** Copies any fixture, as in {@code /otherformats/state_dict.pt}, to a file. */
  public static Path copy(String resource, Path file) throws IOException {
    return Files.write(file, content(resource));
  }

  /** A zip archive with files of these names. */
  public static byte[] archive(String... entries) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (String entry : entries) {
        zip.putNextEntry(new ZipEntry(entry));
        zip.write(1);
      }
    }
    return bytes.toByteArray();
  }

  /** An archive with code that unpacks to this many bytes. */
  static byte[] bomb(int size) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry("net/code/__torch__.py"));
      zip.write(new byte[size]);
    }
    return bytes.toByteArray();
  }

  /** PyTorch's outputs of the module of this letter: {@code (16, 3)}. */
  public static float[][] expected(String letter) throws IOException {
    return rows(resource("expected-" + letter + ".bin"), CLASSES);
  }

  /** The images: {@code (16, 25)}. */
  public static float[][] images() throws IOException {
    return rows(resource("input.bin"), PIXELS);
  }

  /** Columns image (array of float) and label (bigint), row modulo 3. */
  public static void writeImages(SparkSession spark, Path folder) throws IOException {
    float[][] images = images();
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      List<Float> image = new ArrayList<>();
      for (float pixel : images[i]) {
        image.add(pixel);
      }
      rows.add(RowFactory.create(image.toArray(Float[]::new), (long) i % CLASSES));
    }
    spark
        .createDataFrame(
            rows,
            new StructType()
                .add("image", DataTypes.createArrayType(DataTypes.FloatType, false), false)
                .add("label", DataTypes.LongType, false))
        .coalesce(1)
        .write()
        .parquet(folder.toString());
  }

  private static float[][] rows(byte[] bytes, int columns) {
    float[][] rows = new float[ROWS][columns];
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (float[] row : rows) {
      buffer.asFloatBuffer().get(row);
      buffer.position(buffer.position() + columns * Float.BYTES);
    }
    return rows;
  }

  private static byte[] resource(String name) throws IOException {
    return content("/torchscript/" + name);
  }

  /** What a fixture has. */
  public static byte[] content(String resource) throws IOException {
    try (InputStream in = TorchFixtures.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("there is no fixture " + resource);
      }
      return in.readAllBytes();
    }
  }

  /** The accuracy of a module whose expected outputs these are, if labels count up from 0. */
  public static double accuracy(String letter) throws IOException {
    float[][] expected = expected(letter);
    int hits = 0;
    for (int i = 0; i < expected.length; i++) {
      int best = 0;
      for (int c = 1; c < CLASSES; c++) {
        best = expected[i][c] > expected[i][best] ? c : best;
      }
      hits += best == i % CLASSES ? 1 : 0;
    }
    return (double) hits / expected.length;
  }
}
