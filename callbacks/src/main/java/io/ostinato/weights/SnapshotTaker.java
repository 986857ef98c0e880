package io.ostinato.weights;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Takes successive snapshots of arrays that change. Content is compared in place with the last
 * snapshot; only the shards that differ are hashed, and only those that the last snapshot didn't
 * contain are copied, to memory outside the heap. Not thread-safe, except that captured weights can
 * become snapshots on any thread.
 */
public final class SnapshotTaker {
  private final PooledMemory pool = new PooledMemory();
  private final Object finishing = new Object();
  private volatile WeightSnapshot last = WeightSnapshot.of(List.of());

  /**
   * Takes a snapshot of the arrays; returns the last snapshot itself if nothing has changed since.
   *
   * @param arrays by name, in the order of the snapshot
   */
  public WeightSnapshot take(Map<String, NDArray> arrays) {
    if (arrays.isEmpty()) {
      return WeightSnapshot.of(List.of());
    }
    try (NDManager scope = scope(arrays)) {
      List<HostArray> live = new ArrayList<>();
      arrays.forEach((name, array) -> live.add(live(name, array, scope)));
      return finish(live, true);
    }
  }

  /**
   * Copies the arrays that differ from the last snapshot, and nothing else: the calling thread,
   * which is going to change the arrays, waits for one copy, to memory that is used again and
   * again.
   *
   * @param arrays by name, in the order of the snapshot
   * @param recent weights that were captured shortly before and are returned if nothing has changed
   *     since; they must not have become a snapshot on another thread meanwhile
   */
  public CapturedWeights capture(Map<String, NDArray> arrays, @Nullable CapturedWeights recent) {
    if (arrays.isEmpty()) {
      return CapturedWeights.of(WeightSnapshot.of(List.of()));
    }
    WeightSnapshot before = last;
    Map<String, HostArray> known = new HashMap<>();
    before.arrays().forEach(array -> known.put(array.name(), array));
    PooledMemory.Copies copies = pool.copies();
    try (NDManager scope = scope(arrays)) {
      List<HostArray> all = new ArrayList<>();
      arrays.forEach((name, array) -> all.add(live(name, array, scope)));
      if (recent != null && recent.isEqualTo(all)) {
        return recent;
      }
      List<HostArray> captured = new ArrayList<>();
      all.forEach(
          live -> {
            HostArray earlier = known.get(live.name());
            captured.add(earlier != null && live.equals(earlier) ? earlier : copy(live, copies));
          });
      if (areSame(captured, before.arrays())) {
        return CapturedWeights.of(before);
      }
      return new CapturedWeights(this, captured, copies);
    } catch (RuntimeException | Error e) {
      copies.close();
      throw e;
    }
  }

  /** Makes the snapshot of these arrays, which then has its own memory. */
  WeightSnapshot finish(List<HostArray> arrays) {
    return finish(arrays, false);
  }

  private WeightSnapshot finish(List<HostArray> arrays, boolean isAlone) {
    synchronized (finishing) {
      WeightSnapshot here = WeightSnapshot.after(last, arrays);
      if (here == last) {
        return here;
      }
      Map<String, Shard> shared = new HashMap<>();
      last.shards().forEach(shard -> shared.put(shard.hash(), shard));
      if (isAlone) {
        // Releases shards that are no longer required before more are copied. Otherwise the
        // training
        // thread may be comparing with them.
        last = WeightSnapshot.of(List.of());
      }
      shared.keySet().retainAll(here.manifest().shards());
      WeightSnapshot snapshot = here.copySharing(shared);
      last = snapshot;
      return snapshot;
    }
  }

  private static boolean areSame(List<HostArray> some, List<HostArray> others) {
    return some.size() == others.size()
        && IntStream.range(0, some.size()).allMatch(i -> some.get(i) == others.get(i));
  }

  private static NDManager scope(Map<String, NDArray> arrays) {
    return arrays.values().iterator().next().getManager().newSubManager(Device.cpu());
  }

  private static HostArray live(String name, NDArray array, NDManager scope) {
    NDArray here = ArrayMemory.onCpu(array, scope);
    return HostArray.of(
        name, array.getDataType(), array.getShape(), ArrayMemory.buffers(here, scope));
  }

  private static HostArray copy(HostArray live, PooledMemory.Copies copies) {
    return HostArray.of(live.name(), live.dataType(), live.shape(), copies.of(live.segments()));
  }
}
