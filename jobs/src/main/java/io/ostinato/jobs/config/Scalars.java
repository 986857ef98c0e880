package io.ostinato.jobs.config;

import io.ostinato.jobs.config.ConfigNode.Value;
import io.ostinato.jobs.config.ConfigNode.Value.Form;
import java.math.BigInteger;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** The types of single values: texts, numbers, truths, words of an enum, sizes in bytes, ids. */
final class Scalars {
  private Scalars() {}

  static Optional<Object> value(Value given, Class<?> type) {
    if (given.form() == Form.NOTHING) {
      return Optional.empty();
    }
    if (type == String.class) {
      return Optional.of(given.text());
    }
    if (type == ByteSize.class) {
      return ByteSize.parse(given.text()).map(size -> size);
    }
    if (type == RunId.class) {
      return RunId.parse(given.text()).map(id -> id);
    }
    if (type.isEnum()) {
      return Stream.of(type.getEnumConstants())
          .filter(constant -> word(constant).equals(given.text()))
          .findFirst()
          .map(constant -> constant);
    }
    return switch (given.form()) {
      case WHOLE, NUMBER -> number(given, type);
      case TRUTH ->
          type == boolean.class || type == Boolean.class
              ? Optional.of(Boolean.parseBoolean(given.text()))
              : Optional.empty();
      case TEXT, NOTHING -> Optional.empty();
    };
  }

  private static Optional<Object> number(Value given, Class<?> type) {
    if (isDecimal(type)) {
      return Optional.<Object>of(decimal(given)).filter(n -> Double.isFinite((double) n));
    }
    if (given.form() != Form.WHOLE || !isWhole(type)) {
      return Optional.empty();
    }
    BigInteger number = Numerals.whole(given.text());
    if (number.bitLength() >= bits(type)) {
      return Optional.empty();
    }
    return Optional.of(
        bits(type) == Integer.SIZE ? (Object) number.intValue() : number.longValue());
  }

  private static double decimal(Value given) {
    return given.form() == Form.WHOLE
        ? Numerals.whole(given.text()).doubleValue()
        : Numerals.number(given.text());
  }

  private static int bits(Class<?> whole) {
    return whole == int.class || whole == Integer.class ? Integer.SIZE : Long.SIZE;
  }

  /** What must be there instead of something that is no value of this type. */
  static String refusal(ConfigNode given, Class<?> type) {
    if (given instanceof Value value && isWhole(type) && value.form() == Form.WHOLE) {
      long most = Long.MAX_VALUE >>> Long.SIZE - bits(type);
      return outOfRange("a whole number", -most - 1, most, value);
    }
    boolean isNumber =
        given instanceof Value value && (value.form() == Form.NUMBER || value.form() == Form.WHOLE);
    if (isNumber && isDecimal(type)) {
      Value number = (Value) given;
      return number.text().matches("[-+]?\\.\\D+")
          ? "must be a finite number; given: " + given.describe()
          : outOfRange("a number", -Double.MAX_VALUE, Double.MAX_VALUE, number);
    }
    return "must be %s; given: %s".formatted(name(type), given.describe());
  }

  private static String outOfRange(String what, Number least, Number most, Value given) {
    return "must be %s from %s to %s; given: %s, which is too %s"
        .formatted(
            what, least, most, given.describe(), given.text().startsWith("-") ? "small" : "large");
  }

  static boolean isScalar(Class<?> type) {
    return isWhole(type)
        || isDecimal(type)
        || type == boolean.class
        || type == Boolean.class
        || type == String.class
        || type == ByteSize.class
        || type == RunId.class;
  }

  static boolean isDecimal(Class<?> type) {
    return type == double.class || type == Double.class;
  }

  static boolean isWhole(Class<?> type) {
    return type == int.class || type == Integer.class || type == long.class || type == Long.class;
  }

  /** The type in words. */
  static String name(Class<?> type) {
    if (type.isEnum()) {
      return "one of " + String.join(", ", words(type));
    }
    if (isDecimal(type)) {
      return "a number";
    }
    if (isWhole(type)) {
      return "a whole number";
    }
    if (type == ByteSize.class) {
      return "a size such as 512m or 2g";
    }
    if (type == RunId.class) {
      return "a name of letters, digits and . _ = -, which begins with no dot";
    }
    return type == String.class ? "text" : "true or false";
  }

  static List<String> words(Class<?> enumeration) {
    return Stream.of(enumeration.getEnumConstants()).map(Scalars::word).toList();
  }

  static String word(Object constant) {
    return ((Enum<?>) constant).name().toLowerCase(Locale.ROOT);
  }
}
