package io.ostinato.torchscript;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is known about a value without running the code. After two branches meet, it can be the
 * value of either.
 *
 * @param locations what it can refer to; empty for numbers and strings
 * @param type the type as written in the code; empty if unknown
 * @param constant what is known about the value itself
 */
record Value(Set<Location> locations, String type, Constant constant) {

  /** A number, a string, or None. */
  static final Value NUMBER = new Value(Set.of(), "", Constant.UNKNOWN);

  Value {
    locations = Set.copyOf(locations);
  }

  /**
   * What is known about the value itself.
   *
   * @param known whether the value is known
   * @param value the literal if it is known; null for None
   * @param present whether the value is certainly not None
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

  /** A reference to one location, which is certainly not None. */
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

  /** Whether it may belong to the module. */
  boolean isKept() {
    return locations.stream().anyMatch(Location::isKept);
  }

  /** Whether it, or something within it, may belong to the module. */
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

  /** The element at a position or under a name. */
  Value part(String key) {
    Set<Location> parts = new LinkedHashSet<>();
    locations.forEach(location -> parts.addAll(location.part(key)));
    String element = CodeType.elementOf(type, key);
    return new Value(CodeType.isScalar(element) ? Set.of() : parts, element, Constant.UNKNOWN);
  }

  /** A value that is either this or the other. */
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
