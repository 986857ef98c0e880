package io.ostinato.tracking;

/** How a run ended. */
public enum RunStatus {
  FINISHED,
  /** A signal ended it; it can be resumed. */
  INTERRUPTED,
  FAILED
}
