package io.ostinato.plot;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** Numbers as text, the same in all locales. */
final class NumberText {
  private static final MathContext FOUR_DIGITS = new MathContext(4, RoundingMode.HALF_EVEN);

  /** Beyond these powers of ten, numbers have an exponent. */
  private static final int MOST_ZEROS = 4;

  private static final int MOST_DIGITS = 6;
  private static final int COORDINATE_DECIMALS = 2;

  private NumberText() {}

  /** A value in at most four digits, such as {@code 0.9528} or {@code 1.25e-7}. */
  static String shortOf(double value) {
    return Double.isFinite(value)
        ? text(new BigDecimal(value).round(FOUR_DIGITS))
        : Double.toString(value);
  }

  /** A decimal number with all of its digits. */
  static String text(BigDecimal exact) {
    if (exact.signum() == 0) {
      return "0";
    }
    BigDecimal value = exact.stripTrailingZeros();
    int exponent = value.precision() - value.scale() - 1;
    if (exponent >= -MOST_ZEROS && exponent < MOST_DIGITS) {
      return value.toPlainString();
    }
    return value.movePointLeft(exponent).toPlainString() + "e" + exponent;
  }

  /** A whole number with separators: {@code 1,797}. */
  static String whole(long value) {
    String digits = Long.toString(value);
    StringBuilder text = new StringBuilder(digits);
    int end = value < 0 ? 1 : 0;
    for (int i = digits.length() - 3; i > end; i -= 3) {
      text.insert(i, ',');
    }
    return text.toString();
  }

  /** A number of things: {@code 1 row}, {@code 1,797 rows}. */
  static String counted(long count, String thing) {
    return whole(count) + " " + thing + (count == 1 ? "" : "s");
  }

  /** A share, from 0 to 1, as {@code 4.5%}. */
  static String percent(double share) {
    return new BigDecimal(share * 100)
            .setScale(1, RoundingMode.HALF_EVEN)
            .stripTrailingZeros()
            .toPlainString()
        + "%";
  }

  /** A coordinate in pixels. */
  static String coordinate(double pixels) {
    BigDecimal rounded =
        new BigDecimal(pixels).setScale(COORDINATE_DECIMALS, RoundingMode.HALF_EVEN);
    return rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString();
  }
}
