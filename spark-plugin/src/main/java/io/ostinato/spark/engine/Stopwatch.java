package io.ostinato.spark.engine;

import io.ostinato.evaluation.EvaluationTimings;
import java.time.Duration;

/** Measures the consecutive phases of one pass on the driver. Not thread-safe. */
final class Stopwatch {
  private final long start = System.nanoTime();
  private long prepared = start;
  private long sent = start;
  private long ran = start;
  private TaskTimes tasks = TaskTimes.NONE;

  void prepared() {
    prepared = System.nanoTime();
  }

  void sent() {
    sent = System.nanoTime();
  }

  void ran(TaskTimes taskTimes) {
    ran = System.nanoTime();
    tasks = taskTimes;
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
