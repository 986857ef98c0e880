package io.ostinato.describe;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Objects;

/**
 * A key of a description.
 *
 * @param owner the class or method that declares the key, for messages to developers
 * @param name the name in snake case
 * @param type the type of its values
 * @param key its annotation
 */
public record KeyInfo(String owner, String name, ValueType type, Key key) {
  private static final Key NOTHING_SAID =
      Objects.requireNonNull(
          Unsaid.class.getRecordComponents()[0].getAnnotation(Key.class), "the key below");

  private record Unsaid(@Key("") Object key) {}

  /**
   * The key of a component or parameter. Without an annotation, as users may write theirs, it is
   * required.
   */
  static KeyInfo of(String owner, String javaName, Type type, AnnotatedElement at) {
    Key key = at.getAnnotation(Key.class);
    return new KeyInfo(
        owner, Words.snakeCase(javaName), ValueType.of(type, at), key == null ? NOTHING_SAID : key);
  }

  /**
   * The meaning of the key, for documentation.
   *
   * @throws IllegalStateException if the key is not annotated
   */
  public String meaning() {
    if (key.value().isEmpty()) {
      throw new IllegalStateException("%s: '%s' has no @Key".formatted(owner, name));
    }
    return key.value();
  }

  /** The name, followed by the former name if there is one. */
  public List<String> names() {
    return key.formerly().isEmpty() ? List.of(name) : List.of(name, key.formerly());
  }

  public boolean isRequired() {
    return !key.optional() && key.byDefault().isEmpty();
  }

  public boolean hasDefault() {
    return !key.byDefault().isEmpty();
  }

  /** Why a number is out of bounds, such as {@code must be at least 1}; empty if it isn't. */
  public String outOfBounds(double value) {
    if (value < key.atLeast()) {
      return "must be at least " + number(key.atLeast());
    }
    if (value <= key.above() && key.above() != Double.NEGATIVE_INFINITY) {
      return "must be above " + number(key.above());
    }
    if (value > key.atMost()) {
      return "must be at most " + number(key.atMost());
    }
    if (value >= key.below() && key.below() != Double.POSITIVE_INFINITY) {
      return "must be below " + number(key.below());
    }
    return "";
  }

  /** The shortest form that reads back as the same number: 3 for 3.0. */
  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }
}
