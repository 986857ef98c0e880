package io.ostinato.torchscript;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a value without running the code. Where two branches meet it may be either.
 *
 * @param kept whether it is the module's, or shares memory with what is
 * @param holdsKept whether something of the module's is within it
 * @param path where the module has it, as in {@code self.body}; empty if it hasn't
 * @param type in the words of the code; empty if it isn't known
 * @param constant what is known of its value
 */
record Value(boolean kept, boolean holdsKept, String path, String type, Constant constant) {

  /** Something that the forward itself has made. */
  static final Value FRESH = new Value(false, false, "", "", Constant.UNKNOWN);

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

    boolean isZero() {
      return known && value instanceof Double number && number == 0;
    }
  }

  static Value literal(@Nullable Object value) {
    return new Value(false, false, "", "", Constant.of(value));
  }

  static Value fresh(String type, boolean holdsKept) {
    return new Value(false, holdsKept, "", type, Constant.PRESENT);
  }

  boolean touchesKept() {
    return kept || holdsKept;
  }

  Value holding(Value other) {
    return new Value(kept, holdsKept || other.touchesKept(), path, type, constant);
  }

  /** Something within it. */
  Value element(String elementType) {
    return new Value(touchesKept(), touchesKept(), path, elementType, Constant.UNKNOWN);
  }

  /** Either this or the other. */
  Value or(Value other) {
    if (equals(other)) {
      return this;
    }
    boolean present = constant.present() && other.constant.present();
    return new Value(
        kept || other.kept,
        holdsKept || other.holdsKept,
        path.isEmpty() ? other.path : path,
        type.equals(other.type) ? type : "",
        Objects.equals(constant, other.constant)
            ? constant
            : present ? Constant.PRESENT : Constant.UNKNOWN);
  }
}
