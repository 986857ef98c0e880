package io.ostinato.training;

/** Why a training ended. */
public enum EndedBy {
  /** It reached its configured length. */
  LENGTH,
  /** A callback stopped it. */
  CALLBACK,
  /** The process was asked to end. */
  SIGNAL
}
