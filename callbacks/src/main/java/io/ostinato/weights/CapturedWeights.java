package io.ostinato.weights;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Arrays that were copied at one moment. They become a snapshot when it is first asked for, on the
 * thread that asks: hashing takes much longer than the copy. Thread-safe.
 */
public final class CapturedWeights implements Supplier<WeightSnapshot> {
  private final @Nullable SnapshotTaker taker;
  private PooledMemory.@Nullable Copies memory;
  private List<HostArray> arrays;
  private @Nullable WeightSnapshot snapshot;

  CapturedWeights(SnapshotTaker taker, List<HostArray> arrays, PooledMemory.Copies memory) {
    this.taker = taker;
    this.arrays = arrays;
    this.memory = memory;
  }

  private CapturedWeights(WeightSnapshot snapshot) {
    this.taker = null;
    this.arrays = List.of();
    this.snapshot = snapshot;
  }

  /** Weights that are a snapshot already. */
  public static CapturedWeights of(WeightSnapshot snapshot) {
    return new CapturedWeights(snapshot);
  }

  /**
   * The snapshot, which shares unchanged shards with the taker's last one.
   *
   * @throws IllegalStateException if this was closed before
   */
  @Override
  public synchronized WeightSnapshot get() {
    WeightSnapshot known = snapshot;
    if (known != null) {
      return known;
    }
    if (taker == null || memory == null) {
      throw new IllegalStateException("these weights were discarded before they became a snapshot");
    }
    WeightSnapshot made = taker.finish(arrays);
    snapshot = made;
    close();
    return made;
  }

  /** Whether these are the captured arrays. */
  synchronized boolean isEqualTo(List<HostArray> others) {
    return (snapshot == null ? arrays : snapshot.arrays()).equals(others);
  }

  /** Gives the memory of the copies back, if they were never asked for. */
  public synchronized void close() {
    arrays = List.of();
    if (memory != null) {
      memory.close();
      memory = null;
    }
  }
}
