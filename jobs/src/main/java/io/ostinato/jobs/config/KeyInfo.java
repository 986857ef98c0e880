package io.ostinato.jobs.config;

import io.ostinato.jobs.config.ConfigNode.Entry;
import io.ostinato.jobs.config.ConfigNode.Section;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * A key of a record.
 *
 * @param component of the record that has it
 * @param key what the record says about it
 */
record KeyInfo(RecordComponent component, Key key) {
  private static final Key NOTHING_SAID =
      Objects.requireNonNull(
          Unsaid.class.getRecordComponents()[0].getAnnotation(Key.class), "the key below");

  private record Unsaid(@Key("") Object key) {}

  /** All keys of a record, those of its inline records included, in their order. */
  static List<KeyInfo> all(Class<?> record) {
    List<KeyInfo> keys = new ArrayList<>();
    for (RecordComponent component : record.getRecordComponents()) {
      if (component.isAnnotationPresent(Inline.class)) {
        keys.addAll(all(component.getType()));
      } else if (!isKind(component) && !component.isAnnotationPresent(OwnKeys.class)) {
        keys.add(of(component));
      }
    }
    return keys;
  }

  /** A component of a user's record need not say anything about its key, which is needed then. */
  static KeyInfo of(RecordComponent component) {
    Key key = component.getAnnotation(Key.class);
    return new KeyInfo(component, key == null ? NOTHING_SAID : key);
  }

  /**
   * What it means, for readers.
   *
   * @throws IllegalStateException if its record doesn't say that
   */
  String meaning() {
    if (key.value().isEmpty()) {
      throw new IllegalStateException(
          "%s.%s has no @Key"
              .formatted(component.getDeclaringRecord().getName(), component.getName()));
    }
    return key.value();
  }

  /** Whether this is the name of a user's class, behind {@code kind:}. */
  static boolean isKind(RecordComponent component) {
    return component.getName().equals(Kinds.KIND)
        && component.getDeclaringRecord().isAnnotationPresent(Kind.class);
  }

  String name() {
    return snakeCase(component.getName());
  }

  /** Its name, and the one that it had before. */
  List<String> names() {
    return key.formerly().isEmpty() ? List.of(name()) : List.of(name(), key.formerly());
  }

  /** Its entry in a section, under whichever name. */
  Optional<Entry> findIn(Section section) {
    return names().stream().flatMap(name -> section.find(name).stream()).findFirst();
  }

  Type type() {
    return component.getGenericType();
  }

  boolean isNeeded() {
    return !key.optional() && key.byDefault().isEmpty();
  }

  /** Why a number is out of bounds, in words; empty if it is not. */
  String outOfBounds(double value) {
    if (value < key.atLeast()) {
      return "must be at least " + Numerals.text(key.atLeast());
    }
    if (value <= key.above() && key.above() != Double.NEGATIVE_INFINITY) {
      return "must be above " + Numerals.text(key.above());
    }
    if (value > key.atMost()) {
      return "must be at most " + Numerals.text(key.atMost());
    }
    if (value >= key.below() && key.below() != Double.POSITIVE_INFINITY) {
      return "must be below " + Numerals.text(key.below());
    }
    return "";
  }

  static String snakeCase(String name) {
    return name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
  }
}
