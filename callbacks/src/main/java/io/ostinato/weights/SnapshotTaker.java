package io.ostinato.weights;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Takes successive snapshots of arrays that change. Content is compared in place with the last
 * snapshot; only the shards that differ are hashed, and only those that the last snapshot didn't
 * contain are copied, to memory outside the heap. Not thread-safe.
 */
public final class SnapshotTaker {
  private WeightSnapshot last = WeightSnapshot.of(List.of());

  /**
   * Takes a snapshot of the arrays; returns the last snapshot itself if nothing has changed since.
   *
   * @param arrays by name, in the order of the snapshot
   */
  public WeightSnapshot take(Map<String, NDArray> arrays) {
    if (arrays.isEmpty()) {
      return WeightSnapshot.of(List.of());
    }
    NDManager owner = arrays.values().iterator().next().getManager();
    try (NDManager scope = owner.newSubManager(Device.cpu())) {
      List<HostArray> live = new ArrayList<>();
      arrays.forEach((name, array) -> live.add(live(name, array, scope)));
      WeightSnapshot here = WeightSnapshot.after(last, live);
      if (here == last) {
        return here;
      }
      // Releases shards that are no longer required before more are copied.
      Map<String, Shard> shared = new HashMap<>();
      last.shards().forEach(shard -> shared.put(shard.hash(), shard));
      last = WeightSnapshot.of(List.of());
      shared.keySet().retainAll(here.manifest().shards());
      WeightSnapshot snapshot = here.copySharing(shared);
      last = snapshot;
      return snapshot;
    }
  }

  private static HostArray live(String name, NDArray array, NDManager scope) {
    NDArray here = ArrayMemory.onCpu(array, scope);
    return HostArray.of(
        name, array.getDataType(), array.getShape(), ArrayMemory.buffers(here, scope));
  }
}
