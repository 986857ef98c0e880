package io.ostinato.spark.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.types.DataType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.types.DataTypes;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Labels, vectors of classes, and arrays of different lengths. */
class ConvertersTest {
  private static final Labels ANIMALS = Labels.of("cat", "dog", "bird");

  @Test
  void aLabelBecomesTheIndexOfItsClass() throws Exception {
    ClassConverter classes = ClassConverter.of("y", ANIMALS);
    assertThat(classes.tensors()).containsExactly(TensorKind.of("y", DataType.INT64));
    assertThat(converted(classes, "bird").get(0).getLong()).isEqualTo(2);
    assertThat(
            converted(ClassConverter.of("y", DataType.FLOAT32, ANIMALS), "dog").get(0).getFloat())
        .isEqualTo(1);
    assertThat(classes.mistake(DataTypes.StringType)).isEmpty();
    assertThat(classes.mistake(DataTypes.IntegerType))
        .contains(
            "is int; labels must be string; cast labels that are numbers; a column of class indices"
                + " needs no labels");
  }

  @Test
  void anUnknownLabelIsNamedWithThoseMostSimilar() {
    refused(
        () -> converted(ClassConverter.of("y", ANIMALS), "brd"),
        "'brd' is not one of the 3 labels; the most similar are 'bird', 'cat', 'dog'; add it to the"
            + " labels, or leave out such rows");
  }

  @Test
  void labelsMustBeDifferentOnes() {
    refused(
        () -> Labels.of("a", "b", "a"),
        "the label 'a' is given twice, as class 0 and as class 2; each class needs its own");
    refused(() -> Labels.of("a"), "one label is given; at least two labels are required");
    refused(() -> Labels.of(), "no label is given; at least two labels are required");
    Labels many =
        Labels.of(java.util.stream.IntStream.range(0, 300).mapToObj(i -> "c" + i).toList());
    refused(
        () -> ClassConverter.of("y", DataType.INT8, many),
        "299 is not a whole number from -128 to 127; int8 can't have it");
  }

  @Test
  void aClassBecomesAVectorWithAOne() throws Exception {
    HotConverter indices = HotConverter.oneHot("y", DataType.FLOAT32, 4);
    assertThat(indices.tensors()).containsExactly(TensorKind.of("y", DataType.FLOAT32, 4));
    assertThat(floats(converted(indices, 2L).get(0))).containsExactly(0, 0, 1, 0);
    assertThat(floats(converted(indices, 3.0).get(0))).containsExactly(0, 0, 0, 1);
    HotConverter labels = HotConverter.oneHot("y", DataType.UINT8, ANIMALS);
    assertThat(converted(labels, "dog").get(0).array()).containsExactly(0, 1, 0);
    assertThat(labels.mistake(DataTypes.LongType)).contains("is bigint; expected a string");
    assertThat(indices.mistake(DataTypes.StringType)).contains("is string; expected a number");
    refused(
        () -> converted(indices, 4L),
        "the class 4 is not one of the 4 classes, 0 to 3; classes are counted from 0");
    refused(() -> converted(indices, 1.5), "the class 1.5 is not one of the 4 classes, 0 to 3");
    refused(() -> converted(indices, -1), "the class -1 is not one of the 4 classes, 0 to 3");
  }

  @Test
  void severalClassesBecomeAVectorWithSeveralOnes() throws Exception {
    HotConverter indices = HotConverter.multiHot("y", DataType.FLOAT32, 4);
    assertThat(floats(converted(indices, List.of(3, 0, 3)).get(0))).containsExactly(1, 0, 0, 1);
    assertThat(floats(converted(indices, List.of()).get(0))).containsExactly(0, 0, 0, 0);
    HotConverter labels = HotConverter.multiHot("y", DataType.INT64, ANIMALS);
    assertThat(converted(labels, List.of("bird")).get(0).getLong(16)).isEqualTo(1);
    assertThat(labels.mistake(array(DataTypes.StringType))).isEmpty();
    assertThat(labels.mistake(DataTypes.StringType))
        .contains("is string; expected an array of strings");
    assertThat(indices.mistake(array(DataTypes.StringType)))
        .contains("is array<string>; expected an array of numbers");
    refused(
        () -> converted(indices, Arrays.asList(1, null)),
        "element 1 is null; remove it from the array");
    refused(() -> converted(labels, List.of("cow")), "'cow' is not one of the 3 labels");
  }

  @Test
  void arraysArePaddedToOneLengthWithAMask() throws Exception {
    PadConverter plain = PadConverter.of("ids", DataType.INT64, 4, -100);
    assertThat(plain.tensors()).containsExactly(TensorKind.of("ids", DataType.INT64, 4));
    assertThat(longs(converted(plain, List.of(7, 8)).get(0))).containsExactly(7, 8, -100, -100);
    PadConverter masked = PadConverter.of("ids", DataType.FLOAT32, 3, 0.5).withMask();
    assertThat(masked.tensors())
        .containsExactly(
            TensorKind.of("ids", DataType.FLOAT32, 3),
            TensorKind.of("ids.mask", DataType.INT64, 3));
    List<ByteBuffer> row = converted(masked, List.of(2.5));
    assertThat(floats(row.get(0))).containsExactly(2.5f, 0.5f, 0.5f);
    assertThat(longs(row.get(1))).containsExactly(1, 0, 0);
    assertThat(longs(converted(masked, List.of()).get(1))).containsExactly(0, 0, 0);
    assertThat(longs(converted(masked, List.of(1, 2, 3)).get(1))).containsExactly(1, 1, 1);
  }

  @Test
  void longerArraysAreRefusedOrTruncated() throws Exception {
    PadConverter plain = PadConverter.of("ids", DataType.INT64, 2, 0);
    refused(
        () -> converted(plain, List.of(1, 2, 3)),
        "has 3 elements; expected at most 2; increase the length, or truncate longer arrays");
    assertThat(longs(converted(plain.truncating(), List.of(1, 2, 3)).get(0))).containsExactly(1, 2);
    refused(() -> converted(plain, Arrays.asList(1, null)), "element 1 is null; expected int64");
    refused(() -> converted(plain, List.of(1.5)), "element 0: 1.5 is not a whole number");
  }

  @Test
  void typesThatNumbersCantHaveAreRefused() {
    refused(
        () -> PadConverter.of("x", DataType.COMPLEX64, 2, 0),
        "numbers become float32, float64, float16, bfloat16, int8, uint8, int32, int64 or boolean,"
            + " not complex64");
    refused(
        () -> PadConverter.of("x", DataType.UINT8, 2, -1),
        "-1.0 is not a whole number from 0 to 255; uint8 can't have it");
    refused(() -> PadConverter.of("x", DataType.UINT8, 0, 1), "every dimension of the shape [0]");
    assertThat(PadConverter.of("x", DataType.INT64, 2, 0).mistake(DataTypes.LongType))
        .isEqualTo(Optional.of("is bigint; expected an array of numbers"));
  }

  private static org.apache.spark.sql.types.DataType array(
      org.apache.spark.sql.types.DataType element) {
    return DataTypes.createArrayType(element);
  }

  private static List<ByteBuffer> converted(ColumnConverter converter, Object value)
      throws Exception {
    List<ByteBuffer> buffers =
        converter.tensors().stream()
            .map(tensor -> ByteBuffer.allocate(tensor.rowBytes()).order(ByteOrder.LITTLE_ENDIAN))
            .toList();
    converter.convert(value, buffers);
    buffers.forEach(buffer -> assertThat(buffer.hasRemaining()).isFalse());
    buffers.forEach(ByteBuffer::rewind);
    return buffers;
  }

  private static float[] floats(ByteBuffer buffer) {
    float[] floats = new float[buffer.remaining() / Float.BYTES];
    buffer.asFloatBuffer().get(floats);
    return floats;
  }

  private static long[] longs(ByteBuffer buffer) {
    long[] longs = new long[buffer.remaining() / Long.BYTES];
    buffer.asLongBuffer().get(longs);
    return longs;
  }

  private static void refused(ThrowingCallable work, String problem) {
    assertThatThrownBy(work)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(problem);
  }
}
