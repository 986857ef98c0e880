package io.ostinato.spark.data;

import ai.djl.ndarray.types.DataType;
import io.ostinato.describe.Words;
import java.math.BigDecimal;
import java.nio.ByteBuffer;

/** Converts Spark's numbers to elements of tensors. */
final class Numbers {
  /** The types that numbers can have, for messages. */
  static final String SUPPORTED =
      "float32, float64, float16, bfloat16, int8, uint8, int32, int64 or boolean";

  private Numbers() {}

  static boolean supports(DataType type) {
    return switch (type) {
      case FLOAT32, FLOAT64, FLOAT16, BFLOAT16, INT8, UINT8, INT32, INT64, BOOLEAN -> true;
      default -> false;
    };
  }

  /**
   * Appends a number, rounded if the type is a floating-point type.
   *
   * @throws ArithmeticException if an integer type can't hold it
   */
  static void put(Object value, DataType type, ByteBuffer target) {
    Number number = value instanceof Boolean truth ? (truth ? 1 : 0) : (Number) value;
    switch (type) {
      case FLOAT32 -> target.putFloat(number.floatValue());
      case FLOAT64 -> target.putDouble(number.doubleValue());
      case FLOAT16 -> target.putShort(Halves.toFloat16(number.floatValue()));
      case BFLOAT16 -> target.putShort(Halves.toBfloat16(number.floatValue()));
      case INT8 -> target.put((byte) whole(number, Byte.MIN_VALUE, Byte.MAX_VALUE));
      case UINT8 -> target.put((byte) whole(number, 0, 255));
      case BOOLEAN -> target.put((byte) whole(number, 0, 1));
      case INT32 -> target.putInt((int) whole(number, Integer.MIN_VALUE, Integer.MAX_VALUE));
      case INT64 -> target.putLong(whole(number, Long.MIN_VALUE, Long.MAX_VALUE));
      default -> throw new IllegalStateException("unsupported " + type);
    }
  }

  /**
   * Checks that numbers can have this type.
   *
   * @throws IllegalArgumentException otherwise
   */
  static void check(DataType type) {
    if (!supports(type)) {
      throw new IllegalArgumentException(
          "numbers become %s, not %s".formatted(SUPPORTED, Words.of(type)));
    }
  }

  /**
   * Checks that a type has this number.
   *
   * @throws IllegalArgumentException otherwise
   */
  static void check(Number value, DataType type) {
    try {
      put(value, type, ByteBuffer.allocate(Double.BYTES));
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "%s; %s can't have it".formatted(e.getMessage(), Words.of(type)), e);
    }
  }

  /**
   * The value of a whole number in this range.
   *
   * @throws ArithmeticException if it is not one
   */
  static long whole(Number number, long least, long most) {
    try {
      long whole = toDecimal(number).longValueExact();
      if (whole >= least && whole <= most) {
        return whole;
      }
    } catch (ArithmeticException | NumberFormatException e) {
      // Reported below, like a number out of range.
    }
    throw new ArithmeticException(
        "%s is not a whole number from %s to %s".formatted(number, least, most));
  }

  private static BigDecimal toDecimal(Number number) {
    if (number instanceof BigDecimal decimal) {
      return decimal;
    }
    return number instanceof Float || number instanceof Double
        ? new BigDecimal(number.doubleValue())
        : BigDecimal.valueOf(number.longValue());
  }
}
