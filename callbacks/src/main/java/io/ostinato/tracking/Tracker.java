package io.ostinato.tracking;

/**
 * Shows the metrics of a run somewhere, as it goes. Called on the thread that trains; may throw:
 * training warns and goes on. The same tracker may be started again once it is closed.
 */
public interface Tracker extends AutoCloseable {

  /** A run begins, or goes on; comes first. */
  default void start(RunInfo run) {}

  /** A moment is over that has metrics. */
  void log(MetricsRecord record);

  /** The run has ended. */
  default void finish(RunSummary summary, RunStatus status) {}

  /** Frees what {@link #start} took; comes last, whether or not the run has ended well. */
  @Override
  default void close() {}
}
