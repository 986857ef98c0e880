package io.ostinato.describe;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A key of a description.
 *
 * @param owner the class or method that declares the key, for messages to developers
 * @param name the name as configurations write it
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
    Key said = key == null ? NOTHING_SAID : key;
    String name = said.name().isEmpty() ? Words.snakeCase(javaName) : said.name();
    return new KeyInfo(owner, name, ValueType.of(type, at), said);
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

  /**
   * What is allowed, as in {@code a whole number from 1}.
   *
   * @throws IllegalStateException if its values are not single ones
   */
  public String allowed() {
    if (!(type instanceof ValueType.Single single)) {
      throw new IllegalStateException("%s: '%s' has no single values".formatted(owner, name));
    }
    List<String> words = new ArrayList<>(List.of(single.inWords()));
    if (key.atLeast() != Double.NEGATIVE_INFINITY) {
      words.add("from " + number(key.atLeast()));
    }
    if (key.above() != Double.NEGATIVE_INFINITY) {
      words.add("above " + number(key.above()));
    }
    if (key.atMost() != Double.POSITIVE_INFINITY) {
      words.add("up to " + number(key.atMost()));
    }
    if (key.below() != Double.POSITIVE_INFINITY) {
      words.add("below " + number(key.below()));
    }
    return String.join(" ", words);
  }

  /** The shortest form that reads back as the same number: 3 for 3.0. */
  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }
}
