package io.ostinato.jobs.config;

import java.math.BigInteger;
import java.util.Locale;
import org.snakeyaml.engine.v2.constructor.core.ConstructYamlCoreInt;

/** Numbers as people write them. */
final class Numerals {
  private Numerals() {}

  /** What YAML takes for a whole number, of any size: 12, 0x10 or 0o17. */
  static BigInteger whole(String text) {
    return new BigInteger(new ConstructYamlCoreInt().createIntNumber(text).toString());
  }

  /** What YAML takes for a number; infinite where it is too large. */
  static double number(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case ".inf", "+.inf" -> Double.POSITIVE_INFINITY;
      case "-.inf" -> Double.NEGATIVE_INFINITY;
      case ".nan" -> Double.NaN;
      default -> Double.parseDouble(text);
    };
  }
}
