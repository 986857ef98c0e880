package io.ostinato.spark.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import ai.djl.modality.cv.transform.ToTensor;
import ai.djl.ndarray.types.DataType;
import ai.djl.translate.Pipeline;
import io.ostinato.evaluation.BadRows;
import io.ostinato.evaluation.DataBatch;
import io.ostinato.evaluation.SkippedRow;
import io.ostinato.spark.TestSpark;
import io.ostinato.spark.data.PreparedDataset;
import io.ostinato.spark.data.SparkDataset;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageConverterTest {
  private static final String TRANSFORMS = "resize:20,center_crop:16,to_tensor,normalize:imagenet";
  private static final AtomicInteger TRANSFORMED = new AtomicInteger();

  private static SparkSession spark;
  @TempDir static Path folder;

  @BeforeAll
  static void start() throws IOException {
    spark = TestSpark.local(Map.of("spark.ostinato.images.maxPixels", "100000"));
    for (int i = 0; i < 4; i++) {
      Files.write(folder.resolve("picture %d.png".formatted(i)), ImageFixtures.picture(i));
    }
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @Test
  void aColumnHoldsImagesInManyWays() {
    Dataset<Row> files = spark.read().format("binaryFile").load(folder.toString());
    byte[] expected = elements(files.orderBy("path"), "content");
    assertThat(expected).hasSize(4 * 3 * 16 * 16 * Float.BYTES);
    assertThat(expected).as("not all alike").isNotEqualTo(new byte[expected.length]);

    List<Row> decoded = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      decoded.add(RowFactory.create(bgr(ImageDecoder.decode(ImageFixtures.picture(i), 10_000))));
    }
    assertThat(elements(decoded(decoded), "image")).isEqualTo(expected);
    Dataset<Row> pictures = spark.read().format("image").load(folder.toString());
    assertThat(elements(pictures.orderBy("image.origin"), "image")).isEqualTo(expected);
    assertThat(elements(files.orderBy("path").select("path"), "path")).isEqualTo(expected);
    assertThat(elements(structs(files, "content", "path"), "image")).isEqualTo(expected);
    assertThat(elements(structs(files, "content", "cast(null as string)"), "image"))
        .isEqualTo(expected);
    assertThat(elements(structs(files, "cast(null as binary)", "path"), "image"))
        .isEqualTo(expected);
  }

  /** As Spark's source {@code image} has it, which is in Spark ML. */
  private static Row bgr(Pixels image) {
    byte[] data = new ChannelOrder(ChannelOrder.Order.BGR).apply(image).samples();
    return image("file:/picture.png", image.height(), image.width(), 3, 16, data);
  }

  private static Dataset<Row> structs(Dataset<Row> files, String bytes, String path) {
    String image = "named_struct('bytes', %s, 'path', %s) as image".formatted(bytes, path);
    return files.orderBy("path").selectExpr(image);
  }

  private static byte[] elements(Dataset<Row> rows, String column) {
    SparkDataset dataset =
        SparkDataset.of(rows.coalesce(1)).column(column, ImageConverter.of("x", TRANSFORMS));
    DataBatch batch = dataset.batches(8).findFirst().orElseThrow();
    assertThat(batch.arrays())
        .extracting(Object::toString)
        .containsExactly("x: float32 (4, 3, 16, 16)");
    return batch.arrays().get(0).bytes();
  }

  @Test
  void grayAndTransparentImagesOfSparkAreConverted() {
    byte[] gray = {1, (byte) 200, 3, 4};
    byte[] bgra = {1, 2, 3, 99, 4, 5, 6, 99, 7, 8, 9, 99, 10, 11, 12, 99};
    List<Row> rows =
        List.of(
            RowFactory.create(image("gray", 2, 2, 1, 0, gray)),
            RowFactory.create(image("bgra", 2, 2, 4, 24, bgra)));
    SparkDataset dataset =
        SparkDataset.of(decoded(rows)).column("image", ImageConverter.of("x", "resize:2x2"));
    DataBatch batch = dataset.batches(8).findFirst().orElseThrow();
    byte g = (byte) 200;
    assertThat(batch.arrays().get(0).bytes())
        .containsExactly(1, 1, 1, g, g, g, 3, 3, 3, 4, 4, 4, 3, 2, 1, 6, 5, 4, 9, 8, 7, 12, 11, 10);
  }

  private static Row image(String origin, int height, int width, int channels, int mode, byte[] d) {
    return RowFactory.create(origin, height, width, channels, mode, d);
  }

  private static Dataset<Row> decoded(List<Row> rows) {
    StructType image =
        new StructType()
            .add("origin", DataTypes.StringType)
            .add("height", DataTypes.IntegerType)
            .add("width", DataTypes.IntegerType)
            .add("nChannels", DataTypes.IntegerType)
            .add("mode", DataTypes.IntegerType)
            .add("data", DataTypes.BinaryType);
    return spark.createDataFrame(rows, new StructType().add("image", image)).coalesce(1);
  }

  @Test
  void imagesThatSparkCouldNotDecodeAreNamed() {
    List<Row> rows =
        List.of(
            RowFactory.create(image("file:/a.png", -1, -1, -1, -1, new byte[0])),
            RowFactory.create(image("file:/b.png", 2, 2, 3, 16, new byte[11])),
            RowFactory.create(image("file:/c.png", 1, 1, 3, 21, new byte[12])),
            RowFactory.create(image("file:/d.png", 1, 1, 2, 8, new byte[2])),
            RowFactory.create(image("file:/e.png", 70_000, 70_000, 3, 16, new byte[3])));
    SparkDataset dataset =
        SparkDataset.of(decoded(rows)).column("image", ImageConverter.of("x", "resize:2x2"));
    assertThat(dataset.prepare(8, 8, BadRows.skipUpTo(5)).skipped().first())
        .extracting(SkippedRow::reason)
        .containsExactly(
            "column 'image': 'file:/a.png': Spark could not decode the image",
            "column 'image': 'file:/b.png': has 11 bytes; expected 12 for 2 x 2 pixels with 3"
                + " channels",
            "column 'image': 'file:/c.png': has 3 channels and the mode 21 of OpenCV; expected 1, 3"
                + " or 4 channels of 8 bits",
            "column 'image': 'file:/d.png': has 2 channels and the mode 8 of OpenCV; expected 1, 3"
                + " or 4 channels of 8 bits",
            "column 'image': 'file:/e.png': has 70000 x 70000 pixels, more than the 100000 pixels of"
                + " spark.ostinato.images.maxPixels; raise it and the executors' memory, or drop"
                + " such images");
  }

  @Test
  void imagesThatCantBeConvertedAreSkippedAndCountedOrNamed() {
    byte[] good = ImageFixtures.picture(0);
    SparkDataset dataset =
        encoded(
            List.of(
                Optional.of(good),
                Optional.of(Arrays.copyOf(good, good.length / 2)),
                Optional.of(new byte[0]),
                Optional.empty(),
                Optional.of(new byte[] {1, 2, 3}),
                Optional.of(ImageFixtures.black(400, 300)),
                Optional.of(ImageFixtures.black(5, 7)),
                Optional.of(good)));

    assertRefused(
        () -> dataset.prepare(3),
        "column 'image', row 1 of partition 0: the PNG image is truncated after "
            + good.length / 2
            + " bytes");
    assertRefused(
        () -> dataset.prepare(3, 8, BadRows.skipUpTo(5)),
        "6 rows or more can't be read or processed, but bad_rows is 'skip 5'");
    PreparedDataset prepared = dataset.prepare(3, 8, BadRows.skipUpTo(6));
    assertThat(prepared.skipped().count()).isEqualTo(6);
    assertThat(prepared.skipped().first())
        .extracting(SkippedRow::row, SkippedRow::reason)
        .containsExactly(
            tuple(
                1L,
                "column 'image': the PNG image is truncated after %s bytes"
                    .formatted(good.length / 2)),
            tuple(2L, "column 'image': has no bytes; expected an encoded image"),
            tuple(3L, "column 'image': is null; drop or fill such rows first"),
            tuple(
                4L,
                "column 'image': is not an image: it begins with 01 02 03; expected one of bmp,"
                    + " gif, jpeg, jpg, png, tif, tiff, wbmp; convert it"),
            tuple(
                5L,
                "column 'image': has 400 x 300 pixels, more than the 100000 pixels of"
                    + " spark.ostinato.images.maxPixels; raise it and the executors' memory, or"
                    + " drop such images"),
            tuple(
                6L,
                "column 'image': has 5 x 7 pixels and becomes float32 (3, 5, 7); expected float32"
                    + " (3, 20, 20); add resize or center_crop"));
  }

  /** A column of images; an empty one is null. */
  private static SparkDataset encoded(List<Optional<byte[]>> images) {
    List<Row> rows =
        images.stream().map(image -> RowFactory.create((Object) image.orElse(null))).toList();
    Dataset<Row> table =
        spark.createDataFrame(rows, new StructType().add("image", DataTypes.BinaryType));
    return SparkDataset.of(table.coalesce(1))
        .column("image", ImageConverter.of("x", "to_tensor", 3, 20, 20));
  }

  @Test
  void missingFilesAreNamed() {
    String missing = folder.resolve("gone.png").toString();
    SparkDataset dataset =
        SparkDataset.of(spark.sql("select '%s' as path".formatted(missing)))
            .column("path", ImageConverter.of("x", TRANSFORMS));
    assertRefused(
        () -> dataset.prepare(3),
        "column 'path', row 0 of partition 0: '%s': there is no such file".formatted(missing));
  }

  @Test
  void columnsAndShapesAreCheckedBeforeAnyImageIsRead() {
    SparkDataset rows = SparkDataset.of(spark.sql("select 1 as number, '' as path"));
    assertRefused(
        () -> rows.column("number", ImageConverter.of("x", TRANSFORMS)),
        "column 'number' is int; expected encoded images (binary), paths (string), the column of"
            + " Spark's source image, or a struct of bytes and path");
    assertRefused(
        () -> ImageConverter.of("x", TRANSFORMS, 3, 16, 17),
        "' return float32 (3, 16, 16), which can't have the shape [3, 16, 17]");
    assertRefused(() -> ImageConverter.of("x", "to_tensr"), "unknown transform 'to_tensr'");
  }

  /** Counts the images that it transforms. */
  private static Pipeline counting() {
    Pipeline pipeline = new Pipeline();
    pipeline.add(new ToTensor());
    pipeline.add(
        array -> {
          TRANSFORMED.incrementAndGet();
          return array;
        });
    return pipeline;
  }

  @Test
  void imagesAreDecodedOnceWithAnyPipelineOfDjl() {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      rows.add(RowFactory.create((Object) ImageFixtures.black(6, 5)));
    }
    SparkDataset dataset =
        SparkDataset.of(
                spark.createDataFrame(rows, new StructType().add("image", DataTypes.BinaryType)))
            .column(
                "image",
                ImageConverter.of("x", ImageConverterTest::counting, DataType.FLOAT32, 3, 6, 5));
    TRANSFORMED.set(0);
    for (int i = 0; i < 3; i++) {
      assertThat(dataset.batches(4).mapToInt(DataBatch::rows).sum()).isEqualTo(10);
    }
    assertThat(TRANSFORMED.get()).isEqualTo(10);
    dataset.unpersist();
  }

  /** The numbers of a batch are those of the row, whatever the batch size. */
  @Test
  void batchesHaveTheRowsInOrder() {
    Dataset<Row> files = spark.read().format("binaryFile").load(folder.toString()).orderBy("path");
    ByteBuffer all = ByteBuffer.wrap(elements(files, "content"));
    SparkDataset dataset =
        SparkDataset.of(files.coalesce(1)).column("content", ImageConverter.of("x", TRANSFORMS));
    ByteBuffer joined = ByteBuffer.allocate(all.capacity());
    dataset.batches(3).forEach(batch -> joined.put(batch.arrays().get(0).bytes()));
    assertThat(joined.array()).isEqualTo(all.array());
  }

  private static void assertRefused(ThrowingCallable work, String part) {
    assertThatThrownBy(work).hasStackTraceContaining(part);
  }
}
