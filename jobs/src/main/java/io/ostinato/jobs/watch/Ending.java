package io.ostinato.jobs.watch;

import java.time.Duration;

/** When to end; asked only when nothing is waiting and nothing is still being written. */
@FunctionalInterface
interface Ending {

  /** Whether to end when there has been nothing new for that long. */
  boolean isReachedAfter(Duration idle);

  /** Only a signal ends it. */
  static Ending never() {
    return idle -> false;
  }

  static Ending idleFor(Duration duration) {
    return idle -> idle.compareTo(duration) >= 0;
  }

  /** When all that was there is done. */
  static Ending once() {
    return idle -> true;
  }
}
