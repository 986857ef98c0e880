package io.ostinato.training;

/** Why a training ended. */
public enum EndedBy {
  /** It went as long as it was to go. */
  LENGTH,
  /** A callback stopped it. */
  CALLBACK,
  /** The process was asked to end. */
  SIGNAL
}
