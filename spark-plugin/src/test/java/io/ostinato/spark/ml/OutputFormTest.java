package io.ostinato.spark.ml;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.modality.Classifications;
import ai.djl.modality.cv.output.CategoryMask;
import ai.djl.modality.cv.output.DetectedObjects;
import ai.djl.modality.cv.output.Rectangle;
import ai.djl.modality.nlp.translator.NamedEntity;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Objects;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class OutputFormTest {

  private static Object value(Class<?> type, Object output) {
    return Objects.requireNonNull(OutputForm.of(type).valueOf(output));
  }

  private static Row row(Class<?> type, Object output) {
    return (Row) value(type, output);
  }

  @Test
  void classificationsHaveTheFieldsOfDjlsExtension() {
    Classifications classes =
        new Classifications(List.of("a", "b\"c", "d"), List.of(0.123456789, 0.876543211, 0.000001));
    classes.setTopK(2);

    Row row = row(Classifications.class, classes);

    assertThat((Object[]) row.get(0)).containsExactly("a", "b\"c", "d");
    assertThat((double[]) row.get(1)).containsExactly(0.123456789, 0.876543211, 0.000001);
    assertThat((Object[]) row.get(2))
        .containsExactly(
            "{\"className\": \"b\\\"c\", \"probability\": 0.87654}",
            "{\"className\": \"a\", \"probability\": 0.12345}");
    assertThat(OutputForm.of(Classifications.class).column().simpleString())
        .isEqualTo(
            "struct<class_names:array<string>,probabilities:array<double>,top_k:array<string>>");
  }

  @Test
  void objectsMasksAndEntities() {
    DetectedObjects objects =
        new DetectedObjects(List.of("cat"), List.of(0.5), List.of(new Rectangle(0, 0.1, 1, 0.5)));
    Row found = row(DetectedObjects.class, objects);
    assertThat(((Object[]) found.get(2))[0].toString()).contains("0.1");
    Row mask = row(CategoryMask.class, new CategoryMask(List.of("sky"), new int[][] {{0, 1}}));
    assertThat((int[][]) mask.get(1)).isDeepEqualTo(new int[][] {{0, 1}});
    Object[] entities =
        (Object[])
            value(
                NamedEntity[].class,
                new NamedEntity[] {new NamedEntity("PER", 0.9f, 3, "Ada", 0, 3)});
    assertThat(((Row) entities[0]).mkString(" ")).isEqualTo("PER 0.9 3 Ada 0 3");
  }

  @Test
  void arraysAreNpzAndClosed() {
    try (NDManager manager = Engine.getInstance().newBaseManager(Device.cpu())) {
      NDList arrays = new NDList(manager.create(new float[] {1, 2}));

      byte[] npz = (byte[]) value(NDList.class, arrays);

      assertThat(NDList.decode(manager, npz).head().toFloatArray()).containsExactly(1, 2);
      assertThat(manager.getManagedArrays()).hasSize(1);
    }
  }
}
