package io.ostinato.metric;

import java.io.Serializable;
import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * An exact sum of doubles, bit-identical for any order of summation.
 *
 * <p>A fixed-point number that spans the whole range of doubles, in digits of 32 bits that are
 * stored in longs, so that carries can be deferred (U. Kulisch, Computer Arithmetic and Validity,
 * 2008; R. Neal, Fast exact summation using small and large superaccumulators, 2015). NaN and
 * infinities are counted separately. Not thread-safe.
 */
public final class ExactSum implements Serializable {
  private static final long serialVersionUID = 1;
  private static final int DIGITS = 68;
  private static final int DIGIT_BITS = 32;
  private static final long DIGIT_MASK = 0xFFFF_FFFFL;
  private static final int LOWEST_EXPONENT = -1074;
  private static final int MOST_WAITING = 1 << 30;

  private final long[] digits = new long[DIGITS];
  private int waiting;
  private long nans;
  private long positiveInfinities;
  private long negativeInfinities;

  /** Adds a number, which may be NaN or infinite. */
  public void add(double value) {
    long bits = Double.doubleToRawLongBits(value);
    int exponent = (int) (bits >>> 52) & 0x7FF;
    long fraction = bits & 0xF_FFFF_FFFF_FFFFL;
    if (exponent == 0x7FF) {
      addSpecial(value);
      return;
    }
    long mantissa = exponent == 0 ? fraction : fraction | 0x10_0000_0000_0000L;
    int position = exponent == 0 ? 0 : exponent - 1;
    int digit = position / DIGIT_BITS;
    int shift = position % DIGIT_BITS;
    long low = mantissa << shift & DIGIT_MASK;
    long middle = mantissa >>> DIGIT_BITS - shift & DIGIT_MASK;
    long high = shift == 0 ? 0 : mantissa >>> 2 * DIGIT_BITS - shift;
    if (bits >= 0) {
      digits[digit] += low;
      digits[digit + 1] += middle;
      digits[digit + 2] += high;
    } else {
      digits[digit] -= low;
      digits[digit + 1] -= middle;
      digits[digit + 2] -= high;
    }
    if (++waiting == MOST_WAITING) {
      carry();
    }
  }

  /** Adds the product of two numbers, without rounding it. */
  public void addProduct(double a, double b) {
    double product = a * b;
    add(product);
    double error = Math.fma(a, b, -product);
    if (Double.isFinite(product)) {
      add(error);
    }
  }

  /** Adds another sum, which doesn't change. */
  public void add(ExactSum other) {
    carry();
    long[] more = other.digits.clone();
    carry(more);
    for (int i = 0; i < DIGITS; i++) {
      digits[i] += more[i];
    }
    waiting = 1;
    nans += other.nans;
    positiveInfinities += other.positiveInfinities;
    negativeInfinities += other.negativeInfinities;
  }

  /** The double nearest to the sum; ties round to even. */
  public double value() {
    if (!isFinite()) {
      return special();
    }
    BigInteger sum = units();
    BigInteger magnitude = sum.abs();
    int excess = Math.max(0, magnitude.bitLength() - 53);
    BigInteger kept = magnitude.shiftRight(excess);
    BigInteger rest = magnitude.subtract(kept.shiftLeft(excess));
    int half = excess == 0 ? -1 : rest.compareTo(BigInteger.ONE.shiftLeft(excess - 1));
    if (half > 0 || (half == 0 && kept.testBit(0))) {
      kept = kept.add(BigInteger.ONE);
    }
    return sum.signum() * Math.scalb((double) kept.longValueExact(), excess + LOWEST_EXPONENT);
  }

  /** Whether only finite numbers were added. */
  public boolean isFinite() {
    return nans == 0 && positiveInfinities == 0 && negativeInfinities == 0;
  }

  /**
   * The exact value of the sum.
   *
   * @throws ArithmeticException if a number that isn't finite was added
   */
  public BigDecimal exact() {
    if (!isFinite()) {
      throw new ArithmeticException("the sum is " + special());
    }
    // n / 2^1074 = n * 5^1074 / 10^1074, which has a finite decimal form.
    return new BigDecimal(
        units().multiply(BigInteger.valueOf(5).pow(-LOWEST_EXPONENT)), -LOWEST_EXPONENT);
  }

  /** A text that {@link #parse} converts back to the same sum. */
  @Override
  public String toString() {
    return units().toString(16)
        + (":" + nans + ":" + positiveInfinities + ":" + negativeInfinities);
  }

  /**
   * Parses the text of {@link #toString}.
   *
   * @throws IllegalArgumentException if the text is not such a sum
   */
  public static ExactSum parse(String text) {
    String[] parts = text.split(":", -1);
    try {
      if (parts.length != 4) {
        throw new NumberFormatException("four parts are required");
      }
      ExactSum sum = new ExactSum();
      BigInteger units = new BigInteger(parts[0], 16);
      for (int i = 0; i < DIGITS - 1; i++) {
        sum.digits[i] = units.shiftRight(i * DIGIT_BITS).longValue() & DIGIT_MASK;
      }
      sum.digits[DIGITS - 1] = units.shiftRight((DIGITS - 1) * DIGIT_BITS).longValueExact();
      sum.nans = Long.parseLong(parts[1]);
      sum.positiveInfinities = Long.parseLong(parts[2]);
      sum.negativeInfinities = Long.parseLong(parts[3]);
      return sum;
    } catch (ArithmeticException | NumberFormatException e) {
      throw new IllegalArgumentException("'%s' is not a valid exact sum".formatted(text), e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ExactSum that && toString().equals(that.toString());
  }

  @Override
  public int hashCode() {
    return toString().hashCode();
  }

  /** The sum in units of the smallest double. */
  private BigInteger units() {
    carry();
    byte[] bytes = new byte[DIGITS * Integer.BYTES + Integer.BYTES];
    long top = digits[DIGITS - 1];
    for (int i = 0; i < DIGITS; i++) {
      long digit = digits[i];
      int at = bytes.length - (i + 1) * Integer.BYTES;
      for (int b = 0; b < Integer.BYTES; b++) {
        bytes[at + Integer.BYTES - 1 - b] = (byte) (digit >>> 8 * b);
      }
    }
    for (int b = 0; b < Integer.BYTES; b++) {
      bytes[Integer.BYTES - 1 - b] = (byte) (top >>> DIGIT_BITS + 8 * b);
    }
    return new BigInteger(bytes);
  }

  private void carry() {
    carry(digits);
    waiting = 0;
  }

  /** Normalizes each digit to a value from 0 to below 2^32, except the last, which has the sign. */
  private static void carry(long[] digits) {
    long carry = 0;
    for (int i = 0; i < DIGITS - 1; i++) {
      long digit = digits[i] + carry;
      digits[i] = digit & DIGIT_MASK;
      carry = digit >> DIGIT_BITS;
    }
    digits[DIGITS - 1] += carry;
  }

  private void addSpecial(double value) {
    if (Double.isNaN(value)) {
      nans++;
    } else if (value > 0) {
      positiveInfinities++;
    } else {
      negativeInfinities++;
    }
  }

  private double special() {
    if (nans > 0 || (positiveInfinities > 0 && negativeInfinities > 0)) {
      return Double.NaN;
    }
    return positiveInfinities > 0 ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
  }

  @SuppressWarnings("unused") // carries are done before serialization
  private void writeObject(java.io.ObjectOutputStream out) throws java.io.IOException {
    carry();
    out.defaultWriteObject();
  }
}
