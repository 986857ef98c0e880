package io.ostinato.describe;

/** One of the values that a value is made of. */
public sealed interface Part {

  /** The value of a key. */
  record OfKey(KeyInfo key) implements Part {}

  /** A value whose keys stand among the others. */
  record Inlined(Description description) implements Part {}

  /** The name of a user's class, behind {@code kind:}. */
  record ClassName() implements Part {}

  /** The keys that the user's class declares; null if it declares none. */
  record Own(OwnKeys keys) implements Part {}

  /** Null, whatever is configured. */
  record LeftOut() implements Part {}
}
