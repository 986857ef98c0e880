package io.ostinato.spark.data;

/**
 * Rounds float32 to the nearest float16 or bfloat16, and to the even one if two are equally near;
 * numbers beyond the range become infinite. Same results as PyTorch's {@code to(torch.float16)} and
 * {@code to(torch.bfloat16)}.
 */
final class Halves {
  private static final int NAN = 0x7fc0;

  private Halves() {}

  /** The bits of the nearest bfloat16, the upper half of a float32. */
  static short toBfloat16(float value) {
    if (Float.isNaN(value)) {
      return (short) NAN;
    }
    int bits = Float.floatToRawIntBits(value);
    int toEven = 0x7fff + (bits >>> 16 & 1);
    return (short) (bits + toEven >>> 16);
  }

  /** The bits of the nearest float16. */
  static short toFloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    int sign = bits >>> 16 & 0x8000;
    float size = Math.abs(value);
    if (Float.isNaN(value)) {
      return (short) (sign | 0x7e00);
    }
    if (size >= 65520) { // half-way between the maximum, 65504, and the next power of two
      return (short) (sign | 0x7c00);
    }
    if (size < 0x1p-14f) { // subnormal: a multiple of 2^-24
      return (short) (sign | (int) Math.rint((double) size * 0x1p24));
    }
    int rounded = (bits & 0x7fffffff) + 0xfff + (bits >>> 13 & 1);
    return (short) (sign | (rounded >>> 13) - (127 - 15 << 10));
  }
}
