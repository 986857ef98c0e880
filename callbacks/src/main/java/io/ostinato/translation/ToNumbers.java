package io.ostinato.translation;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Converts the values of columns to numbers. */
final class ToNumbers {
  private ToNumbers() {}

  static double[] doubles(Object[] values) {
    if (values[0] instanceof double[] vector) {
      return vector;
    }
    List<?> numbers = values[0] instanceof List<?> list ? list : Arrays.asList(values);
    return numbers.stream().mapToDouble(ToNumbers::doubleOf).toArray();
  }

  static long[] longs(Object[] values) {
    if (values[0] instanceof double[] vector) {
      return Arrays.stream(vector).mapToLong(ToNumbers::wholeOf).toArray();
    }
    List<?> numbers = values[0] instanceof List<?> list ? list : Arrays.asList(values);
    return numbers.stream().mapToLong(ToNumbers::wholeOf).toArray();
  }

  static float[] floats(double[] numbers) {
    float[] floats = new float[numbers.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) numbers[i];
    }
    return floats;
  }

  private static double doubleOf(@Nullable Object value) {
    if (value instanceof Number number) {
      return number.doubleValue();
    }
    throw new IllegalArgumentException("%s is not a number".formatted(value));
  }

  static long wholeOf(@Nullable Object value) {
    if (value instanceof Long || value instanceof Integer) {
      return ((Number) value).longValue();
    }
    double number = doubleOf(value);
    if (number != Math.rint(number) || Math.abs(number) >= 0x1p63) {
      throw new IllegalArgumentException("%s is not a whole number".formatted(value));
    }
    return (long) number;
  }
}
