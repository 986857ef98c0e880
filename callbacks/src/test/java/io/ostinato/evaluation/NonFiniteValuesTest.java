package io.ostinato.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.weights.HostArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class NonFiniteValuesTest {
  private static final double INFINITY = Double.POSITIVE_INFINITY;

  @Test
  void theyAreFoundInAllFloatingPointTypes() {
    assertThat(found(DataType.FLOAT32, 3, b -> b.putFloat(1).putFloat(Float.NaN).putFloat(0)))
        .isEqualTo(new NonFiniteValues(1, 1, Double.NaN));
    assertThat(found(DataType.FLOAT64, 2, b -> b.putDouble(-INFINITY).putDouble(INFINITY)))
        .isEqualTo(new NonFiniteValues(2, 0, -INFINITY));
    assertThat(found(DataType.FLOAT16, 3, b -> b.putShort((short) 0x7bff).putInt(0xfc00_7c00)))
        .as("the largest number, then infinity")
        .isEqualTo(new NonFiniteValues(2, 1, INFINITY));
    assertThat(found(DataType.FLOAT16, 1, b -> b.putShort((short) 0xfe00)))
        .isEqualTo(new NonFiniteValues(1, 0, Double.NaN));
    assertThat(
            found(DataType.BFLOAT16, 2, b -> b.putShort((short) 0x7f7f).putShort((short) 0xff80)))
        .isEqualTo(new NonFiniteValues(1, 1, -INFINITY));
  }

  @Test
  void theLargestAndSmallestNumbersAreFinite() {
    assertThat(
            found(
                DataType.FLOAT32,
                3,
                b -> b.putFloat(Float.MAX_VALUE).putFloat(-Float.MAX_VALUE).putFloat(-0f)))
        .isEqualTo(new NonFiniteValues(0, -1, 0));
    assertThat(
            found(
                DataType.FLOAT64,
                2,
                b -> b.putDouble(-Double.MAX_VALUE).putDouble(Double.MIN_VALUE)))
        .isEqualTo(new NonFiniteValues(0, -1, 0));
  }

  @Test
  void integersHaveNone() {
    assertThat(found(DataType.INT32, 1, b -> b.putInt(0x7f800000)).count()).isZero();
    assertThat(found(DataType.INT64, 1, b -> b.putLong(-1)).count()).isZero();
  }

  @Test
  void positionsCountAcrossSegments() {
    HostArray joined =
        HostArray.of(
            "x",
            DataType.FLOAT32,
            new Shape(3),
            List.of(
                buffer(4, b -> b.putFloat(1)),
                buffer(8, b -> b.putFloat(2).putFloat(Float.NEGATIVE_INFINITY))));
    assertThat(NonFiniteValues.in(joined)).isEqualTo(new NonFiniteValues(1, 2, -INFINITY));
  }

  private static NonFiniteValues found(DataType type, int elements, Consumer<ByteBuffer> content) {
    ByteBuffer bytes = buffer(elements * type.getNumOfBytes(), content);
    return NonFiniteValues.in(HostArray.of("x", type, new Shape(elements), List.of(bytes)));
  }

  private static ByteBuffer buffer(int size, Consumer<ByteBuffer> content) {
    ByteBuffer bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    content.accept(bytes);
    return bytes.rewind();
  }
}
