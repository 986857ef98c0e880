package io.ostinato.tracking;

import io.ostinato.describe.Mistake;
import io.ostinato.schedule.TrainingIteration;
import java.time.Instant;
import java.util.List;

/**
 * Shows the metrics of a run somewhere, as it goes. Called on the thread that trains; may throw:
 * training warns and goes on. The same tracker may be started again once it is closed.
 */
public interface Tracker extends AutoCloseable {

  /**
   * Why a run can't be shown, each in a sentence with its remedy; a training whose tracker has any
   * is refused before it starts. Comes before {@link #start}.
   */
  default List<Mistake> mistakes(RunInfo run) {
    return List.of();
  }

  /** A run begins, or goes on; comes first. */
  default void start(RunInfo run) {}

  /** A moment is over that has metrics. */
  void log(MetricsRecord record);

  /**
   * A moment that is over has a picture. Does nothing unless the tracker can show it.
   *
   * @param key as in {@code reconstructions/test}
   */
  default void logImage(TrainingIteration at, Instant time, String key, Picture picture) {}

  /**
   * A moment that is over has a histogram. Does nothing unless the tracker can show it.
   *
   * @param key as in {@code weight/norm}
   */
  default void logHistogram(TrainingIteration at, Instant time, String key, Histogram histogram) {}

  /** The run has ended. */
  default void finish(RunSummary summary, RunStatus status) {}

  /** Frees what {@link #start} took; comes last, whether or not the run has ended well. */
  @Override
  default void close() {}
}
