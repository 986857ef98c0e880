package io.ostinato.spark.engine;

import io.ostinato.evaluation.EvaluationTimings;
import io.ostinato.spark.status.PassStatus;
import java.time.Duration;

/**
 * Measures the consecutive phases of one pass on the driver, and reports them to its status. Not
 * thread-safe.
 */
final class Stopwatch {
  private final PassStatus status;
  private final long start = System.nanoTime();
  private long prepared = start;
  private long sent = start;
  private long ran = start;
  private TaskTimes tasks = TaskTimes.NONE;

  Stopwatch(PassStatus status) {
    this.status = status;
  }

  /** The dataset of this many rows is prepared. */
  void prepared(long rows) {
    prepared = System.nanoTime();
    status.prepared(rows);
  }

  /** New weights of this size were made available to the executors. */
  void sent(long bytes) {
    sent = System.nanoTime();
    status.sent(bytes);
  }

  void ran(TaskTimes taskTimes) {
    ran = System.nanoTime();
    tasks = taskTimes;
    status.ran();
  }

  /** Ends the last phase and returns the timings. */
  EvaluationTimings collected() {
    long now = System.nanoTime();
    return new EvaluationTimings(
        Duration.ofNanos(now - start),
        Duration.ofNanos(prepared - start),
        Duration.ofNanos(sent - prepared),
        Duration.ofNanos(ran - sent),
        Duration.ofNanos(tasks.refresh()),
        Duration.ofNanos(tasks.read()),
        Duration.ofNanos(tasks.forward()),
        Duration.ofNanos(now - ran),
        Duration.ZERO);
  }
}
