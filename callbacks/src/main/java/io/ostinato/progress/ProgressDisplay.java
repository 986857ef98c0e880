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

  /** Bars on standard error, or nothing where this process has no terminal. */
  static ProgressDisplay console() {
    return TerminalCheck.ofThisProcess().display(new Terminal(System.err, 100), Clock.systemUTC());
  }

  /** Bars on a terminal; work that starts within other work takes the line until it is over. */
  static ProgressDisplay console(Terminal terminal, Clock clock) {
    return (label, total, unit) -> new ConsoleProgress(label, total, unit, terminal, clock);
  }

  /** Shows nothing. */
  static ProgressDisplay silent() {
    return (label, total, unit) -> SilentProgress.INSTANCE;
  }
}
