package io.ostinato.tracking;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Several trackers as one that never fails. */
final class FailSafeTrackers implements Tracker {
  private static final Logger log = LoggerFactory.getLogger(Trackers.class);

  private final List<Tracker> trackers;
  private final List<Tracker> started = new ArrayList<>();
  private final Set<Tracker> failed = new HashSet<>();

  FailSafeTrackers(List<Tracker> trackers) {
    this.trackers = List.copyOf(trackers);
  }

  @Override
  public void start(RunInfo run) {
    failed.clear();
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
  public void finish(RunSummary summary, RunStatus status) {
    started.forEach(
        tracker -> succeeds(tracker, "lost the summary", t -> t.finish(summary, status)));
  }

  @Override
  public void close() {
    started.forEach(tracker -> succeeds(tracker, "can't be closed", Tracker::close));
    started.clear();
  }

  private boolean succeeds(Tracker tracker, String what, Consumer<Tracker> action) {
    try {
      action.accept(tracker);
      return true;
    } catch (RuntimeException | LinkageError e) {
      String name = tracker.getClass().getSimpleName();
      if (failed.add(tracker)) {
        log.warn("{} {}; training goes on: {}", name, what, e.toString(), e);
      } else {
        log.debug("{} {} again: {}", name, what, e.toString());
      }
      return false;
    }
  }
}
