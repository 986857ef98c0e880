package io.ostinato.jobs.config;

import io.ostinato.describe.ValueType;
import io.ostinato.jobs.config.ConfigNode.Value;
import io.ostinato.jobs.config.ConfigNode.Value.Form;
import java.math.BigInteger;
import java.util.Optional;

/** Converts scalars: strings, numbers, booleans, enum constants, and types parsed from text. */
final class Scalars {
  private Scalars() {}

  /** Converts a scalar; empty if it is not of this type. */
  static Optional<Made> value(Value given, ValueType type) {
    if (given.form() == Form.NOTHING) {
      return Optional.empty();
    }
    if (type instanceof ValueType.Scalar scalar) {
      return scalar(given, scalar).map(value -> new Made(value, value));
    }
    return ((ValueType.Single) type)
        .value(given.text())
        .map(value -> new Made(value, given.text()));
  }

  private static Optional<Object> scalar(Value given, ValueType.Scalar type) {
    if (type.type() == String.class) {
      return Optional.of(given.text());
    }
    return switch (given.form()) {
      case WHOLE, NUMBER -> number(given, type);
      case TRUTH ->
          type.isWhole() || type.isDecimal()
              ? Optional.empty()
              : Optional.of(Boolean.parseBoolean(given.text()));
      case TEXT, NOTHING -> Optional.empty();
    };
  }

  private static Optional<Object> number(Value given, ValueType.Scalar type) {
    if (type.isDecimal()) {
      return Optional.<Object>of(decimal(given)).filter(n -> Double.isFinite((double) n));
    }
    if (given.form() != Form.WHOLE || !type.isWhole()) {
      return Optional.empty();
    }
    BigInteger number = Numerals.whole(given.text());
    if (number.bitLength() >= type.bits()) {
      return Optional.empty();
    }
    return Optional.of(
        type.bits() == Integer.SIZE ? (Object) number.intValue() : number.longValue());
  }

  private static double decimal(Value given) {
    return given.form() == Form.WHOLE
        ? Numerals.whole(given.text()).doubleValue()
        : Numerals.number(given.text());
  }

  /** The message for a value that is not of this type, with what is allowed. */
  static String refusal(ConfigNode given, ValueType type) {
    if (given instanceof Value value
        && type instanceof ValueType.Scalar scalar
        && (value.form() == Form.NUMBER || value.form() == Form.WHOLE)) {
      if (scalar.isWhole() && value.form() == Form.WHOLE) {
        long most = Long.MAX_VALUE >>> Long.SIZE - scalar.bits();
        return outOfRange("a whole number", -most - 1, most, value);
      }
      if (scalar.isDecimal()) {
        return value.text().matches("[-+]?\\.\\D+")
            ? "must be a finite number; given: " + given.describe()
            : outOfRange("a number", -Double.MAX_VALUE, Double.MAX_VALUE, value);
      }
    }
    return "must be %s; given: %s".formatted(((ValueType.Single) type).inWords(), given.describe());
  }

  private static String outOfRange(String what, Number least, Number most, Value given) {
    return "must be %s from %s to %s; given: %s, which is too %s"
        .formatted(
            what, least, most, given.describe(), given.text().startsWith("-") ? "small" : "large");
  }
}
