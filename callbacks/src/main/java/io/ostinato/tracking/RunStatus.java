package io.ostinato.tracking;

/** How a run ended. */
public enum RunStatus {
  FINISHED,
  /** Stopped by a signal; the run can be resumed. */
  INTERRUPTED,
  FAILED
}
