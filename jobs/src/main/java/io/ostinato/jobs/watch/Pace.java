package io.ostinato.jobs.watch;

import java.time.Duration;
import java.time.Instant;

/** Time, and requests to stop. */
interface Pace {

  /** The time since the start, by a monotonic clock. */
  Duration elapsed();

  /** The current time. */
  Instant now();

  /** Waits for this duration, or until {@link #stopRequested}. */
  void pause(Duration duration);

  /** Whether to stop after the evaluation in progress. */
  boolean stopRequested();
}
