package io.ostinato.jobs.watch;

import java.time.Duration;

/** When to end a watch; only asked if no checkpoint is waiting or still being written. */
@FunctionalInterface
interface Ending {

  /** Whether to end after a time without anything new. */
  boolean isReachedAfter(Duration idle);

  /** Ends on a signal only. */
  static Ending never() {
    return idle -> false;
  }

  /** Ends after this time without anything new. */
  static Ending idleFor(Duration duration) {
    return idle -> idle.compareTo(duration) >= 0;
  }

  /** Ends as soon as all existing checkpoints are done. */
  static Ending once() {
    return idle -> true;
  }
}
