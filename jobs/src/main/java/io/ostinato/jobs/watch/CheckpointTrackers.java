package io.ostinato.jobs.watch;

import io.ostinato.schedule.TrainingIteration;
import io.ostinato.tracking.MetricsRecord;
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
 * Logs evaluations to TensorBoard. Checkpoints whose names count different quantities are kept on
 * separate axes: those that count the same as the first evaluated checkpoint are in {@code
 * tensorboard}, the others in subfolders named after the quantity, which TensorBoard shows as
 * separate runs.
 */
final class CheckpointTrackers implements AutoCloseable {
  private final @Nullable RunInfo run;
  private final List<JournalEntry> journal;
  private final Map<Axis, Tracker> started = new EnumMap<>(Axis.class);
  private final Axes axes = new Axes();

  private CheckpointTrackers(@Nullable RunInfo run, List<JournalEntry> journal) {
    this.run = run;
    this.journal = journal;
    journal.stream().filter(entry -> entry.outcome() == Outcome.EVALUATED).forEach(axes::next);
  }

  /** Logs nothing. */
  static CheckpointTrackers none() {
    return new CheckpointTrackers(null, List.of());
  }

  /**
   * Writes event files to the folder of a run.
   *
   * @param journal a live view of the entries of earlier processes and of this one
   */
  static CheckpointTrackers inFolderOf(RunInfo run, List<JournalEntry> journal) {
    return new CheckpointTrackers(run, journal);
  }

  /** Logs an evaluation, which must already be in the journal. */
  void log(JournalEntry entry) {
    if (run != null) {
      Axis axis = axes.next(entry);
      Path folder = run.folder().resolve("tensorboard");
      started
          .computeIfAbsent(
              axis,
              key -> start(run, key, key == axes.main() ? folder : folder.resolve(key.folder())))
          .log(axis == Axis.LINES ? atItsLine(entry) : entry.metricsRecord());
    }
  }

  private MetricsRecord atItsLine(JournalEntry entry) {
    int line = journal.lastIndexOf(entry) + 1;
    return new MetricsRecord(new TrainingIteration(0, line, 0), entry.time(), entry.metrics());
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
