package io.ostinato.progress;

import java.time.Clock;

/** Where progress is shown. */
public interface ProgressDisplay {

  /** The total of work whose amount is unknown. */
  long UNKNOWN = -1;

  /**
   * Starts showing a piece of work.
   *
   * @param total the amount of work, or {@link #UNKNOWN}
   * @param unit the unit of total and done, in the plural
   */
  Progress start(String label, long total, String unit);

  /**
   * Shows bars on standard error, or nothing if that is not a terminal. From then on, everything
   * that this process writes to {@code System.out} and {@code System.err}, and that Log4j 2 logs to
   * the console, appears above the bars.
   */
  static ProgressDisplay console() {
    return StandardStreams.display();
  }

  /**
   * Shows bars on a terminal; work that starts within other work takes over the line until it ends.
   * Works with the same unit, such as evaluations in flight, are shown below one another.
   */
  static ProgressDisplay console(Terminal terminal, Clock clock) {
    return new StatusLine(terminal).display(clock);
  }

  /** Shows nothing. */
  static ProgressDisplay silent() {
    return (label, total, unit) -> SilentProgress.INSTANCE;
  }
}
