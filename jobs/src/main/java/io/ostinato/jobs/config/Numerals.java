package io.ostinato.jobs.config;

import java.math.BigInteger;
import java.util.Locale;
import org.snakeyaml.engine.v2.constructor.core.ConstructYamlCoreInt;

/** Parses numbers written in YAML. */
final class Numerals {
  private Numerals() {}

  /** Parses a whole number of any size: 12, 0x10 or 0o17. */
  static BigInteger whole(String text) {
    return new BigInteger(new ConstructYamlCoreInt().createIntNumber(text).toString());
  }

  /** Parses a number; infinite if it is too large for a double. */
  static double number(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case ".inf", "+.inf" -> Double.POSITIVE_INFINITY;
      case "-.inf" -> Double.NEGATIVE_INFINITY;
      case ".nan" -> Double.NaN;
      default -> Double.parseDouble(text);
    };
  }
}
