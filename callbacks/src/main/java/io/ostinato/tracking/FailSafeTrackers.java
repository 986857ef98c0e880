package io.ostinato.tracking;

import io.ostinato.schedule.TrainingIteration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Combines several trackers into one that never fails. */
final class FailSafeTrackers implements Tracker {
  private static final Logger log = LoggerFactory.getLogger(Trackers.class);

  private final List<Tracker> trackers;
  private final List<Tracker> started = new ArrayList<>();
  private final Map<Tracker, Integer> failures = new IdentityHashMap<>();

  FailSafeTrackers(List<Tracker> trackers) {
    this.trackers = List.copyOf(trackers);
  }

  @Override
  public void start(RunInfo run) {
    failures.clear();
    started.clear();
    for (Tracker tracker : trackers) {
      if (succeeds(tracker, "can't be started, and is not used", t -> t.start(run))) {
        started.add(tracker);
      } else {
        succeeds(tracker, "can't be closed", Tracker::close);
      }
    }
  }

  @Override
  public void log(MetricsRecord record) {
    started.forEach(tracker -> succeeds(tracker, "lost a record", t -> t.log(record)));
  }

  @Override
  public void logImage(TrainingIteration at, Instant time, String key, Picture picture) {
    started.forEach(
        tracker -> succeeds(tracker, "lost a picture", t -> t.logImage(at, time, key, picture)));
  }

  @Override
  public void logHistogram(TrainingIteration at, Instant time, String key, Histogram histogram) {
    started.forEach(
        tracker ->
            succeeds(tracker, "lost a histogram", t -> t.logHistogram(at, time, key, histogram)));
  }

  /** The trackers that started successfully. */
  List<Tracker> started() {
    return List.copyOf(started);
  }

  @Override
  public void finish(RunSummary summary, RunStatus status) {
    started.forEach(
        tracker -> succeeds(tracker, "lost the summary", t -> t.finish(summary, status)));
  }

  @Override
  public void close() {
    started.forEach(tracker -> succeeds(tracker, "can't be closed", Tracker::close));
    started.clear();
    failures.forEach(
        (tracker, count) -> {
          if (count > 1) {
            log.warn("{} has failed {} times in this run", nameOf(tracker), count);
          }
        });
    failures.clear();
  }

  private boolean succeeds(Tracker tracker, String what, Consumer<Tracker> action) {
    try {
      action.accept(tracker);
      return true;
    } catch (Throwable e) { // includes undeclared checked exceptions
      if (e instanceof VirtualMachineError) {
        throw e;
      }
      if (e instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      warn(tracker, what, e);
      return false;
    }
  }

  /** Logs the first failure in full, then one line each time their number has doubled. */
  private void warn(Tracker tracker, String what, Throwable e) {
    int count = failures.merge(tracker, 1, Integer::sum);
    if (count == 1) {
      log.warn("{} {}; training goes on", nameOf(tracker), what, e);
    } else if (Integer.bitCount(count) == 1) {
      log.warn("{} {}, its failure number {}: {}", nameOf(tracker), what, count, e.toString());
    }
  }

  private static String nameOf(Tracker tracker) {
    return tracker.getClass().getSimpleName();
  }
}
