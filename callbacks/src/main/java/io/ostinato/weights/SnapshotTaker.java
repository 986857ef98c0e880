package io.ostinato.weights;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Takes snapshots of arrays that change, one after the other. Content is compared with the last
 * snapshot where it is; only what differs is hashed, and only what that snapshot didn't have is
 * copied, to memory outside the heap. For one thread.
 */
public final class SnapshotTaker {
  private WeightSnapshot last = WeightSnapshot.of(List.of());

  /**
   * The arrays as they are now; the last snapshot itself if nothing has changed since.
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
      // What is not needed any more is let go before more is copied.
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
