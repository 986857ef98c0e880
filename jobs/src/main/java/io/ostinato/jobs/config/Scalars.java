package io.ostinato.jobs.config;

import io.ostinato.jobs.config.ConfigNode.Value;
import io.ostinato.jobs.config.ConfigNode.Value.Form;
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
      case WHOLE -> whole(given.text(), type);
      case NUMBER -> isDecimal(type) ? Numerals.number(given.text()).map(n -> n) : Optional.empty();
      case TRUTH ->
          type == boolean.class || type == Boolean.class
              ? Optional.of(Boolean.parseBoolean(given.text()))
              : Optional.empty();
      case TEXT, NOTHING -> Optional.empty();
    };
  }

  private static Optional<Object> whole(String text, Class<?> type) {
    if (isDecimal(type)) {
      return Numerals.number(text).map(number -> number);
    }
    if (type == int.class || type == Integer.class) {
      return Numerals.whole(text).filter(number -> number == number.intValue()).map(Long::intValue);
    }
    return type == long.class || type == Long.class
        ? Numerals.whole(text).map(number -> number)
        : Optional.empty();
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
