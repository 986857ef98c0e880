package io.ostinato.tracking;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.List;

/** Trackers that ship, and several as one. */
public final class Trackers {
  private Trackers() {}

  /** Shows nothing. */
  public static Tracker none() {
    return all(List.of());
  }

  /** A line for each record. */
  public static Tracker console(PrintStream stream) {
    return new ConsoleTracker(
        line -> {
          stream.println(line);
          stream.flush();
        });
  }

  /** A line for each record. */
  public static Tracker console(PrintWriter writer) {
    return new ConsoleTracker(
        line -> {
          writer.println(line);
          writer.flush();
        });
  }

  /**
   * Several as one. A member that fails keeps neither the others nor the training from going on;
   * one that can't be started is left alone. Failures are warned about: the first, the second, the
   * fourth and so on, and at the end how many there were. What the virtual machine itself can't go
   * on from is thrown.
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
