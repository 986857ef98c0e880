package io.ostinato.spark.engine;

import io.ostinato.weights.Shard;
import io.ostinato.weights.WeightSnapshot;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/** The shards that the executors can fetch, each broadcast once however many snapshots share it. */
final class WeightBroadcasts {
  private final JavaSparkContext context;
  private final Map<String, Broadcast<byte[]>> byHash = new LinkedHashMap<>();

  WeightBroadcasts(JavaSparkContext context) {
    this.context = context;
  }

  /** Makes a snapshot available, and destroys the shards that it doesn't have. */
  ArrayList<Broadcast<byte[]>> publish(WeightSnapshot snapshot) {
    Set<String> needed = new HashSet<>(snapshot.manifest().shards());
    List.copyOf(byHash.keySet()).stream()
        .filter(hash -> !needed.contains(hash))
        .forEach(this::destroy);
    ArrayList<Broadcast<byte[]>> broadcasts = new ArrayList<>();
    for (Shard shard : snapshot.shards()) {
      broadcasts.add(
          byHash.computeIfAbsent(
              shard.hash(), hash -> context.broadcast(SerializedBytes.of(shard))));
    }
    return broadcasts;
  }

  void destroyAll() {
    List.copyOf(byHash.keySet()).forEach(this::destroy);
  }

  private void destroy(String hash) {
    Broadcast<byte[]> broadcast = byHash.remove(hash);
    if (broadcast != null) {
      broadcast.destroy();
    }
  }
}
