package io.ostinato.spark.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.ostinato.evaluation.BadRows;
import io.ostinato.evaluation.DataBatch;
import io.ostinato.evaluation.SkippedRow;
import io.ostinato.spark.TestSpark;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.image.ImageFixtures.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class MaskConverterTest {
  private static final ImageTransforms TRANSFORMS =
      ImageTransforms.of("resize:11:bicubic,center_crop:12x9,to_tensor,normalize:imagenet");

  private static SparkSession spark;

  @BeforeAll
  static void start() {
    spark = TestSpark.local(Map.of());
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @Test
  void classesAreThoseOfPillowAndTorchvision() {
    List<byte[]> files = new ArrayList<>();
    List<Reference> expected = new ArrayList<>();
    for (JsonElement each : ImageFixtures.json("masks.json").getAsJsonArray()) {
      JsonObject one = each.getAsJsonObject();
      files.add(ImageFixtures.file(one.get("file").getAsString()));
      expected.add(Reference.of(one));
    }
    SparkDataset dataset = of(files).column("image", MaskConverter.of("mask", TRANSFORMS));
    DataBatch batch = dataset.batches(64).findFirst().orElseThrow();
    assertThat(batch.arrays())
        .extracting(Object::toString)
        .containsExactly("mask: int64 (%s, 12, 9)".formatted(files.size()));
    ByteBuffer classes =
        ByteBuffer.wrap(batch.arrays().get(0).bytes()).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < files.size(); i++) {
      for (byte pixel : expected.get(i).data()) {
        assertThat(classes.getLong()).as("mask %s", i).isEqualTo(pixel & 0xff);
      }
    }
  }

  @Test
  void imagesWhoseValuesAreNoClassesAreNamed() {
    List<byte[]> files =
        List.of(
            ImageFixtures.file("rgb8.png"),
            ImageFixtures.file("gray16.png"),
            ImageFixtures.file("gray.jpg"),
            ImageFixtures.file("gray8.png"));
    SparkDataset dataset =
        of(files)
            .column("image", MaskConverter.of("mask", ImageTransforms.of("to_tensor"), 13, 18));
    assertThat(dataset.prepare(8, 8, BadRows.skipUpTo(4)).skipped().first())
        .extracting(SkippedRow::reason)
        .containsExactly(
            "column 'image': has 3 channels of 8 bits; expected a palette or gray of up to 8 bits,"
                + " whose values are classes",
            "column 'image': has 1 channels of 16 bits; expected a palette or gray of up to 8 bits,"
                + " whose values are classes",
            "column 'image': is a JPEG image, which doesn't keep classes exactly; use PNG",
            "column 'image': becomes a mask of 13 x 19 pixels; expected (13, 18); add resize or"
                + " center_crop");
  }

  @Test
  void theShapeIsHeightAndWidth() {
    assertThat(MaskConverter.of("mask", TRANSFORMS, 12, 9).tensors().get(0).dimensions())
        .containsExactly(12L, 9L);
    assertThatThrownBy(() -> MaskConverter.of("mask", TRANSFORMS, 1, 12, 9))
        .hasMessage(
            "masks after 'resize:11:bicubic,center_crop:12x9,to_tensor,normalize:imagenet' are int64"
                + " (12, 9); they can't have the shape [1, 12, 9]");
    assertThatThrownBy(() -> MaskConverter.of("mask", ImageTransforms.of("resize:8"), 8))
        .hasMessage(
            "masks after 'resize:8' are int64 (height, width); they can't have the shape [8]");
    assertThatThrownBy(() -> MaskConverter.of("mask", ImageTransforms.of("resize:8")))
        .hasMessageContaining("the size of images after 'resize:8' depends on the image");
  }

  private static SparkDataset of(List<byte[]> files) {
    List<Row> rows = files.stream().map(file -> RowFactory.create((Object) file)).toList();
    Dataset<Row> table =
        spark.createDataFrame(rows, new StructType().add("image", DataTypes.BinaryType));
    return SparkDataset.of(table.coalesce(1));
  }
}
