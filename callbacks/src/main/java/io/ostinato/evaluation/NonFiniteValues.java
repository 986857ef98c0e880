package io.ostinato.evaluation;

import io.ostinato.weights.HostArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The NaN and infinite elements of an array: those of a floating-point type whose exponent has all
 * bits set (IEEE 754).
 *
 * @param count the number of such elements
 * @param first the index of the first one, in row-major order; -1 for none
 * @param value the first one: NaN, Infinity or -Infinity; 0 for none
 */
record NonFiniteValues(long count, long first, double value) {
  private static final NonFiniteValues NONE = new NonFiniteValues(0, -1, 0);

  /** The layout of a floating-point number. */
  private enum Layout {
    HALF(2, 5, 10),
    BRAIN(2, 8, 7),
    SINGLE(4, 8, 23),
    DOUBLE(8, 11, 52);

    private final int bytes;
    private final long exponent;
    private final long fraction;

    Layout(int bytes, int exponentBits, int fractionBits) {
      this.bytes = bytes;
      this.fraction = (1L << fractionBits) - 1;
      this.exponent = ((1L << exponentBits) - 1) << fractionBits;
    }

    boolean isFinite(long bits) {
      return (bits & exponent) != exponent;
    }

    double nonFinite(long bits) {
      if ((bits & fraction) != 0) {
        return Double.NaN;
      }
      boolean negative = (bits & (exponent | fraction)) != (bits & -1L >>> Long.SIZE - 8 * bytes);
      return negative ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
    }

    long bits(ByteBuffer segment, int element) {
      return switch (bytes) {
        case 2 -> segment.getShort(2 * element) & 0xffffL;
        case 4 -> segment.getInt(4 * element) & 0xffffffffL;
        default -> segment.getLong(8 * element);
      };
    }
  }

  /** Finds them. */
  static NonFiniteValues in(HostArray array) {
    return switch (array.dataType()) {
      case FLOAT16 -> in(array, Layout.HALF);
      case BFLOAT16 -> in(array, Layout.BRAIN);
      case FLOAT32 -> in(array, Layout.SINGLE);
      case COMPLEX64 -> in(array, Layout.SINGLE).ofPairs();
      case FLOAT64 -> in(array, Layout.DOUBLE);
      default -> NONE;
    };
  }

  private static NonFiniteValues in(HostArray array, Layout layout) {
    NonFiniteValues found = NONE;
    long before = 0;
    for (ByteBuffer each : array.segments()) {
      ByteBuffer segment = each.order(ByteOrder.LITTLE_ENDIAN);
      int elements = segment.capacity() / layout.bytes;
      for (int i = 0; i < elements; i++) {
        long bits = layout.bits(segment, i);
        if (!layout.isFinite(bits)) {
          found = found.plus(before + i, layout.nonFinite(bits));
        }
      }
      before += elements;
    }
    return found;
  }

  /** Those of complex numbers, each of which has two parts; counts the parts. */
  private NonFiniteValues ofPairs() {
    return count == 0 ? this : new NonFiniteValues(count, first / 2, value);
  }

  private NonFiniteValues plus(long element, double number) {
    return count == 0
        ? new NonFiniteValues(1, element, number)
        : new NonFiniteValues(count + 1, first, value);
  }
}
