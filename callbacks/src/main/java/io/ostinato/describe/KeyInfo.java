package io.ostinato.describe;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A key of a description.
 *
 * @param owner what has the key, for messages to developers
 * @param name as configurations write it
 * @param type what its values are
 * @param key what is said about it
 */
public record KeyInfo(String owner, String name, ValueType type, Key key) {
  private static final Key NOTHING_SAID =
      Objects.requireNonNull(
          Unsaid.class.getRecordComponents()[0].getAnnotation(Key.class), "the key below");

  private record Unsaid(@Key("") Object key) {}

  /** The key of a component or parameter; users need not annotate theirs, which are required. */
  static KeyInfo of(String owner, String javaName, Type type, AnnotatedElement at) {
    Key key = at.getAnnotation(Key.class);
    Key said = key == null ? NOTHING_SAID : key;
    String name = said.name().isEmpty() ? Words.snakeCase(javaName) : said.name();
    return new KeyInfo(owner, name, ValueType.of(type, at), said);
  }

  /**
   * What it means, for readers.
   *
   * @throws IllegalStateException if nothing was said
   */
  public String meaning() {
    if (key.value().isEmpty()) {
      throw new IllegalStateException("%s: '%s' has no @Key".formatted(owner, name));
    }
    return key.value();
  }

  /** Its name, and the one that it had before. */
  public List<String> names() {
    return key.formerly().isEmpty() ? List.of(name) : List.of(name, key.formerly());
  }

  public boolean isRequired() {
    return !key.optional() && key.byDefault().isEmpty();
  }

  public boolean hasDefault() {
    return !key.byDefault().isEmpty();
  }

  /** Why a number is out of bounds, as in {@code must be at least 1}; empty if it is not. */
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

  /** As short as it can be read back: 3 for 3.0. */
  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }
}
