package io.ostinato.spark.resident;

import io.ostinato.spark.status.EvaluationCounters;
import io.ostinato.spark.status.EvaluationCounters.Counter;
import java.util.concurrent.atomic.AtomicLong;

/** Numbers the changes of what this process keeps on its devices. Thread-safe. */
final class DeviceChanges {
  private final AtomicLong count = new AtomicLong();
  private final EvaluationCounters counters;

  DeviceChanges(EvaluationCounters counters) {
    this.counters = counters;
  }

  /** Weights of this size were loaded. */
  void refreshed(long bytes) {
    counters.add(Counter.REFRESHES, 1);
    counters.add(Counter.REFRESH_BYTES, bytes);
    count.incrementAndGet();
  }

  /** Something was freed. */
  void freed() {
    count.incrementAndGet();
  }

  /** The number of changes so far, at least 1. */
  long count() {
    return count.get() + 1;
  }
}
