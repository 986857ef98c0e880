package io.ostinato.spark.data;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.util.Float16Utils;
import java.util.function.IntToDoubleFunction;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.Test;

class HalvesTest {
  private static final int INFINITY_16 = 0x7c00;
  private static final int INFINITY_B16 = 0x7f80;

  @Test
  void float16IsTheNearestAndTheEvenOneOfTwo() {
    checkAll(
        x -> Halves.toFloat16(x) & 0xffff,
        half -> Float16Utils.halfToFloat((short) half),
        INFINITY_16);
  }

  @Test
  void bfloat16IsTheNearestAndTheEvenOneOfTwo() {
    checkAll(
        x -> Halves.toBfloat16(x) & 0xffff, half -> Float.intBitsToFloat(half << 16), INFINITY_B16);
  }

  @Test
  void specialValuesStayWhatTheyAre() {
    assertThat(Halves.toFloat16(Float.NaN) & 0x7fff).isGreaterThan(INFINITY_16);
    assertThat(Halves.toBfloat16(Float.NaN) & 0x7fff).isGreaterThan(INFINITY_B16);
    assertThat(Halves.toFloat16(Float.NEGATIVE_INFINITY)).isEqualTo((short) 0xfc00);
    assertThat(Halves.toBfloat16(Float.NEGATIVE_INFINITY)).isEqualTo((short) 0xff80);
    assertThat(Halves.toFloat16(-0f)).isEqualTo((short) 0x8000);
    assertThat(Halves.toFloat16(65519.996f)).isEqualTo((short) 0x7bff);
    assertThat(Halves.toFloat16(65520)).isEqualTo((short) 0x7c00);
    assertThat(Halves.toBfloat16(Float.MAX_VALUE)).isEqualTo((short) 0x7f80);
  }

  /** Each value, the middle between it and the next, and numbers just beside the middle. */
  private static void checkAll(
      ToIntFunction<Float> rounding, IntToDoubleFunction value, int infinity) {
    for (int half = 0; half < infinity - 1; half++) {
      double low = value.applyAsDouble(half);
      float middle = (float) ((low + value.applyAsDouble(half + 1)) / 2);
      int even = half + (half & 1);
      assertThat(rounding.applyAsInt((float) low)).isEqualTo(half);
      assertThat(rounding.applyAsInt(middle)).isEqualTo(even);
      assertThat(rounding.applyAsInt(Math.nextDown(middle))).isEqualTo(half);
      assertThat(rounding.applyAsInt(Math.nextUp(middle))).isEqualTo(half + 1);
      assertThat(rounding.applyAsInt(-middle)).isEqualTo(even | 0x8000);
    }
  }
}
