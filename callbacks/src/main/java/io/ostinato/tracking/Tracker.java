package io.ostinato.tracking;

import io.ostinato.describe.Mistake;
import io.ostinato.schedule.TrainingIteration;
import java.time.Instant;
import java.util.List;

/**
 * Publishes the metrics of a run while it is running. Called on the training thread. Methods may
 * throw: training logs a warning and continues. A closed tracker can be started again.
 */
public interface Tracker extends AutoCloseable {

  /**
   * Reasons why a run can't be tracked, each a sentence with its remedy; training is refused if
   * there are any. Called before {@link #start}.
   */
  default List<Mistake> mistakes(RunInfo run) {
    return List.of();
  }

  /** Called first, when a run starts or resumes. */
  default void start(RunInfo run) {}

  /** Called after each iteration that has metrics. */
  void log(MetricsRecord record);

  /**
   * Called after each iteration for each image. Does nothing unless the tracker supports images.
   *
   * @param key a key such as {@code reconstructions/test}
   */
  default void logImage(TrainingIteration at, Instant time, String key, Picture picture) {}

  /**
   * Called after each iteration for each histogram. Does nothing unless the tracker supports them.
   *
   * @param key a key such as {@code weight/norm}
   */
  default void logHistogram(TrainingIteration at, Instant time, String key, Histogram histogram) {}

  /** Called when the run has ended. */
  default void finish(RunSummary summary, RunStatus status) {}

  /** Releases the resources acquired by {@link #start}. Called last, even if the run failed. */
  @Override
  default void close() {}
}
