package io.ostinato.model;

import ai.djl.ndarray.types.DataType;
import io.ostinato.weights.HostArray;
import io.ostinato.weights.OfferedArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Set;

/** Conversion of floating-point numbers to a wider type, which keeps their values exactly. */
final class Widening {
  private static final Map<DataType, Set<DataType>> WIDER =
      Map.of(
          DataType.FLOAT16, Set.of(DataType.FLOAT32, DataType.FLOAT64),
          DataType.BFLOAT16, Set.of(DataType.FLOAT32, DataType.FLOAT64),
          DataType.FLOAT32, Set.of(DataType.FLOAT64));

  private static final int HALF_SIGN = 0x8000;
  private static final int HALF_EXPONENT = 0x1F;
  private static final int HALF_FRACTION_BITS = 10;
  private static final int FRACTION_BITS = 23;

  private Widening() {}

  /**
   * Whether an array can take the place of one of this type. One that can't be read passes as any:
   * reading it says why.
   */
  static boolean isPossible(OfferedArray array, DataType target) {
    DataType type = array.dataType();
    return type == target
        || type == DataType.UNKNOWN
        || WIDER.getOrDefault(type, Set.of()).contains(target);
  }

  /** The same numbers in this type. */
  static HostArray to(DataType target, HostArray array) {
    if (array.dataType() == target) {
      return array;
    }
    ByteBuffer source = ByteBuffer.wrap(array.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    long size = HostArray.sizeBytes(target, array.shape());
    ByteBuffer wide = ByteBuffer.allocate(Math.toIntExact(size)).order(ByteOrder.LITTLE_ENDIAN);
    while (source.hasRemaining()) {
      float number =
          switch (array.dataType()) {
            case FLOAT16 -> ofHalf(source.getShort());
            case BFLOAT16 -> Float.intBitsToFloat(source.getShort() << Short.SIZE);
            default -> source.getFloat();
          };
      if (target == DataType.FLOAT64) {
        wide.putDouble(number);
      } else {
        wide.putFloat(number);
      }
    }
    return HostArray.of(array.name(), target, array.shape(), wide.array());
  }

  /** The value of the bits of an IEEE 754 binary16 number. */
  static float ofHalf(short bits) {
    int sign = (bits & HALF_SIGN) << Short.SIZE;
    int exponent = bits >> HALF_FRACTION_BITS & HALF_EXPONENT;
    int fraction = bits & (1 << HALF_FRACTION_BITS) - 1;
    if (exponent == 0) {
      float tiny = fraction * 0x1p-24f;
      return sign == 0 ? tiny : -tiny;
    }
    int wideExponent = exponent == HALF_EXPONENT ? 0xFF : exponent - 15 + 127;
    return Float.intBitsToFloat(
        sign | wideExponent << FRACTION_BITS | fraction << (FRACTION_BITS - HALF_FRACTION_BITS));
  }
}
