package io.ostinato.jobs.watch;

import java.time.Duration;
import java.time.Instant;

/** Time, and the wish of somebody outside that this ends. */
interface Pace {

  /** How long this has run, by a clock that never goes back. */
  Duration elapsed();

  /** The time of day. */
  Instant now();

  /** Waits for that long, or until {@link #stopRequested}. */
  void pause(Duration duration);

  /** Whether to end, with what is done so far. */
  boolean stopRequested();
}
