package io.ostinato.describe;

/** One of the parts from which a value is created. */
public sealed interface Part {

  /** The value of a key. */
  record OfKey(KeyInfo key) implements Part {}

  /** A value whose keys are placed among the others. */
  record Inlined(Description description) implements Part {}

  /** The name of a user's class, given as {@code kind:}. */
  record ClassName() implements Part {}

  /** The keys that the user's class declares; null if it declares none. */
  record Own(OwnKeys keys) implements Part {}

  /** A part that is always null, whatever is configured. */
  record LeftOut() implements Part {}
}
