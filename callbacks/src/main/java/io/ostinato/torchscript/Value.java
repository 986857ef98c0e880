package io.ostinato.torchscript;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a value without running the code. Where two branches meet it may be either.
 *
 * @param places what it may refer to; none for numbers and texts
 * @param type in the words of the code; empty if it isn't known
 * @param constant what is known of its value
 */
record Value(Set<Location> locations, String type, Constant constant) {

  /** A number, a text, or nothing. */
  static final Value NUMBER = new Value(Set.of(), "", Constant.UNKNOWN);

  Value {
    locations = Set.copyOf(locations);
  }

  /**
   * What is known of a value.
   *
   * @param known whether anything is
   * @param value the literal, if that is known; null for None
   * @param present whether it is certain that it isn't None, whatever it is
   */
  record Constant(boolean known, @Nullable Object value, boolean present) {
    static final Constant UNKNOWN = new Constant(false, null, false);
    static final Constant PRESENT = new Constant(false, null, true);

    static Constant of(@Nullable Object value) {
      return new Constant(true, value, value != null);
    }

    boolean isTrue() {
      return known && Boolean.TRUE.equals(value);
    }

    boolean isFalse() {
      return known && Boolean.FALSE.equals(value);
    }

    boolean isNone() {
      return known && value == null;
    }
  }

  static Value literal(@Nullable Object value) {
    return new Value(Set.of(), "", Constant.of(value));
  }

  /** A reference to one place, which is there for certain. */
  static Value of(Location location) {
    return new Value(Set.of(location), location.type(), Constant.PRESENT);
  }

  static Value of(Collection<Location> locations) {
    return new Value(Set.copyOf(locations), "", Constant.UNKNOWN);
  }

  /** The same value, known to be of a type. */
  Value as(String known) {
    return known.isEmpty() ? this : new Value(locations, known, constant);
  }

  Value with(Constant known) {
    return new Value(locations, type, known);
  }

  /** Whether it may be the module's. */
  boolean isKept() {
    return locations.stream().anyMatch(Location::isKept);
  }

  /** Whether it may be the module's, or something within it may be. */
  boolean reachesKept() {
    Set<Location> seen = new LinkedHashSet<>(locations);
    Deque<Location> next = new ArrayDeque<>(locations);
    while (!next.isEmpty()) {
      Location location = next.pop();
      if (location.isKept()) {
        return true;
      }
      for (Location part : location.part(Location.ANY)) {
        if (seen.add(part)) {
          next.push(part);
        }
      }
    }
    return false;
  }

  /** What is within it at a position or under a name. */
  Value part(String key) {
    Set<Location> parts = new LinkedHashSet<>();
    locations.forEach(location -> parts.addAll(location.part(key)));
    String element = CodeType.elementOf(type, key);
    return new Value(CodeType.isScalar(element) ? Set.of() : parts, element, Constant.UNKNOWN);
  }

  /** Either this or the other. */
  Value or(Value other) {
    if (equals(other)) {
      return this;
    }
    Set<Location> either = new LinkedHashSet<>(locations);
    either.addAll(other.locations);
    boolean present = constant.present() && other.constant.present();
    return new Value(
        either,
        type.equals(other.type) ? type : "",
        Objects.equals(constant, other.constant)
            ? constant
            : present ? Constant.PRESENT : Constant.UNKNOWN);
  }
}
