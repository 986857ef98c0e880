package io.ostinato.jobs.config;

import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A key of a record.
 *
 * @param component of the record that has it
 * @param key what the record says about it
 */
record KeyInfo(RecordComponent component, Key key) {

  /** All keys of a record, those of its inline records included, in their order. */
  static List<KeyInfo> all(Class<?> record) {
    List<KeyInfo> keys = new ArrayList<>();
    for (RecordComponent component : record.getRecordComponents()) {
      if (component.isAnnotationPresent(Inline.class)) {
        keys.addAll(all(component.getType()));
      } else if (!isKind(component)) {
        keys.add(of(component));
      }
    }
    return keys;
  }

  static KeyInfo of(RecordComponent component) {
    Key key = component.getAnnotation(Key.class);
    if (key == null) {
      throw new IllegalStateException(
          "%s.%s has no @Key"
              .formatted(component.getDeclaringRecord().getName(), component.getName()));
    }
    return new KeyInfo(component, key);
  }

  /** Whether this is the name of a user's class, behind {@code kind:}. */
  static boolean isKind(RecordComponent component) {
    return component.getName().equals(Kinds.KIND)
        && component.getDeclaringRecord().isAnnotationPresent(Kind.class);
  }

  String name() {
    return snakeCase(component.getName());
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
    return name.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
  }
}
