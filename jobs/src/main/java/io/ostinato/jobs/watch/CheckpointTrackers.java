package io.ostinato.jobs.watch;

import io.ostinato.tracking.RunInfo;
import io.ostinato.tracking.RunStatus;
import io.ostinato.tracking.RunSummary;
import io.ostinato.tracking.TensorBoardTracker;
import io.ostinato.tracking.Tracker;
import io.ostinato.tracking.Trackers;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Shows evaluations in TensorBoard. Checkpoints whose names count different things share no axis:
 * those like the first that was evaluated in the run are in {@code tensorboard}, the others in
 * folders of it that are named for what their steps count, and are runs of their own there.
 */
final class CheckpointTrackers implements AutoCloseable {
  private final @Nullable RunInfo run;
  private final Map<Axis, Tracker> started = new EnumMap<>(Axis.class);
  private @Nullable Axis first;

  private CheckpointTrackers(@Nullable RunInfo run, List<JournalEntry> before) {
    this.run = run;
    this.first =
        before.stream()
            .filter(entry -> entry.outcome() == Outcome.EVALUATED)
            .map(entry -> Axis.of(entry.checkpoint()))
            .findFirst()
            .orElse(null);
  }

  /** Shows nothing. */
  static CheckpointTrackers none() {
    return new CheckpointTrackers(null, List.of());
  }

  /**
   * Event files in the folder of a run.
   *
   * @param before what earlier processes did
   */
  static CheckpointTrackers inFolderOf(RunInfo run, List<JournalEntry> before) {
    return new CheckpointTrackers(run, before);
  }

  void log(JournalEntry entry) {
    if (run != null) {
      Axis axis = Axis.of(entry.checkpoint());
      Axis main = first == null ? axis : first;
      first = main;
      Path folder = run.folder().resolve("tensorboard");
      started
          .computeIfAbsent(
              axis, key -> start(run, key, key == main ? folder : folder.resolve(key.folder())))
          .log(entry.metricsRecord());
    }
  }

  void finish(RunSummary summary, RunStatus status) {
    started.values().forEach(tracker -> tracker.finish(summary, status));
  }

  @Override
  public void close() {
    started.values().forEach(Tracker::close);
    started.clear();
  }

  private static Tracker start(RunInfo run, Axis axis, Path folder) {
    Tracker tracker = Trackers.all(List.of(TensorBoardTracker.in(folder, axis::stepOf)));
    tracker.start(run);
    return tracker;
  }
}
