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
record Value(Set<Place> places, String type, Constant constant) {

  /** A number, a text, or nothing. */
  static final Value NUMBER = new Value(Set.of(), "", Constant.UNKNOWN);

  Value {
    places = Set.copyOf(places);
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
  static Value of(Place place) {
    return new Value(Set.of(place), place.type(), Constant.PRESENT);
  }

  static Value of(Collection<Place> places) {
    return new Value(Set.copyOf(places), "", Constant.UNKNOWN);
  }

  /** The same value, known to be of a type. */
  Value as(String known) {
    return known.isEmpty() ? this : new Value(places, known, constant);
  }

  Value with(Constant known) {
    return new Value(places, type, known);
  }

  /** Whether it may be the module's. */
  boolean isKept() {
    return places.stream().anyMatch(Place::isKept);
  }

  /** Whether it may be the module's, or something within it may be. */
  boolean reachesKept() {
    Set<Place> seen = new LinkedHashSet<>(places);
    Deque<Place> next = new ArrayDeque<>(places);
    while (!next.isEmpty()) {
      Place place = next.pop();
      if (place.isKept()) {
        return true;
      }
      for (Place part : place.part(Place.ANY)) {
        if (seen.add(part)) {
          next.push(part);
        }
      }
    }
    return false;
  }

  /** What is within it at a position or under a name. */
  Value part(String key) {
    Set<Place> parts = new LinkedHashSet<>();
    places.forEach(place -> parts.addAll(place.part(key)));
    String element = CodeType.elementOf(type, key);
    return new Value(CodeType.isScalar(element) ? Set.of() : parts, element, Constant.UNKNOWN);
  }

  /** Either this or the other. */
  Value or(Value other) {
    if (equals(other)) {
      return this;
    }
    Set<Place> either = new LinkedHashSet<>(places);
    either.addAll(other.places);
    boolean present = constant.present() && other.constant.present();
    return new Value(
        either,
        type.equals(other.type) ? type : "",
        Objects.equals(constant, other.constant)
            ? constant
            : present ? Constant.PRESENT : Constant.UNKNOWN);
  }
}
