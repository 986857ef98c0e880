package io.ostinato.spark.resident;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How often one model was built and loaded on one device. The counts only grow, also if the model
 * is evicted and built again. Thread-safe.
 */
final class ModelCounts {
  private final AtomicLong builds = new AtomicLong();
  private final AtomicLong refreshes = new AtomicLong();
  private final AtomicLong refreshBytes = new AtomicLong();

  void built() {
    builds.incrementAndGet();
  }

  /** Weights of this size were loaded. */
  void refreshed(long bytes) {
    refreshes.incrementAndGet();
    refreshBytes.addAndGet(bytes);
  }

  long builds() {
    return builds.get();
  }

  long refreshes() {
    return refreshes.get();
  }

  long refreshBytes() {
    return refreshBytes.get();
  }
}
