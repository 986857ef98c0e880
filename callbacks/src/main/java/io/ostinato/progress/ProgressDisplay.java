package io.ostinato.progress;

import java.time.Clock;

/** Where progress is shown. */
public interface ProgressDisplay {

  /** The total of work whose size isn't known. */
  long UNKNOWN = -1;

  /**
   * Begins to show one piece of work.
   *
   * @param total how much there is to do, or {@link #UNKNOWN}
   * @param unit of total and done, in plural
   */
  Progress start(String label, long total, String unit);

  /**
   * Bars on standard error, or nothing where that is no terminal. From then on what this process
   * writes to {@code System.out} and {@code System.err}, and what Log4j 2 logs to the console,
   * stands above the bars.
   */
  static ProgressDisplay console() {
    return StandardStreams.display();
  }

  /** Bars on a terminal; work that starts within other work takes the line until it is over. */
  static ProgressDisplay console(Terminal terminal, Clock clock) {
    return new StatusLine(terminal).display(clock);
  }

  /** Shows nothing. */
  static ProgressDisplay silent() {
    return (label, total, unit) -> SilentProgress.INSTANCE;
  }
}
