package io.ostinato.tracking;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.List;

/** The built-in trackers, and a combination of several. */
public final class Trackers {
  private Trackers() {}

  /** Does nothing. */
  public static Tracker none() {
    return all(List.of());
  }

  /** Prints a line for each record. */
  public static Tracker console(PrintStream stream) {
    return new ConsoleTracker(
        line -> {
          stream.println(line);
          stream.flush();
        });
  }

  /** Prints a line for each record. */
  public static Tracker console(PrintWriter writer) {
    return new ConsoleTracker(
        line -> {
          writer.println(line);
          writer.flush();
        });
  }

  /**
   * Combines several trackers. If one fails, the others and the training continue; one that can't
   * be started is not used. Failures are logged as warnings: the first, second, fourth, eighth and
   * so on, and at the end their total. A {@link VirtualMachineError} is rethrown.
   */
  public static Tracker all(List<Tracker> trackers) {
    return new FailSafeTrackers(trackers);
  }

  /** A tracker, or those of {@link #all} that could be started, as far as they are of a class. */
  public static <T extends Tracker> List<T> ofType(Tracker tracker, Class<T> type) {
    List<Tracker> members =
        tracker instanceof FailSafeTrackers several ? several.started() : List.of(tracker);
    return members.stream().filter(type::isInstance).map(type::cast).toList();
  }
}
