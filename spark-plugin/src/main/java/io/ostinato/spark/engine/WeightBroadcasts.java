package io.ostinato.spark.engine;

import io.ostinato.spark.resident.ModelId;
import io.ostinato.weights.Manifest;
import io.ostinato.weights.Shard;
import io.ostinato.weights.WeightSnapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * The shards that executors can fetch, each broadcast once however many snapshots share it. Those
 * of evaluations in flight stay, and the last ones of each model, which the next snapshot may
 * share. Thread-safe.
 */
final class WeightBroadcasts {
  private final JavaSparkContext context;
  private final Map<String, Broadcast<byte[]>> byHash = new LinkedHashMap<>();
  private final Map<ModelId, Manifest> last = new HashMap<>();
  private final List<Manifest> inFlight = new ArrayList<>();
  private long bytesSent;

  WeightBroadcasts(JavaSparkContext context) {
    this.context = context;
  }

  /**
   * Weights that executors can fetch, until they are closed.
   *
   * @param live the hashes of all manifests in flight, these among them
   * @param bytesSent what was sent for them, in bytes
   */
  record Published(BroadcastWeights weights, Set<String> live, long bytesSent, Runnable release)
      implements AutoCloseable {
    @Override
    public void close() {
      release.run();
    }
  }

  /** Makes a snapshot available, and destroys the shards that nobody needs any more. */
  synchronized Published publish(ModelId model, WeightSnapshot snapshot) {
    Manifest manifest = snapshot.manifest();
    last.put(model, manifest);
    inFlight.add(manifest);
    destroyUnneeded();
    List<Shard> missing =
        snapshot.shards().stream().filter(shard -> !byHash.containsKey(shard.hash())).toList();
    // Shard by shard and side by side: no more of the model is in memory than that.
    byHash.putAll(
        missing.parallelStream()
            .collect(Collectors.toMap(Shard::hash, shard -> context.broadcast(shard.encode()))));
    long sent = missing.stream().mapToLong(Shard::sizeBytes).sum();
    bytesSent += sent;
    ArrayList<Broadcast<byte[]>> shards = new ArrayList<>();
    manifest.shards().forEach(hash -> shards.add(byHash.get(hash)));
    Set<String> live = inFlight.stream().map(Manifest::hash).collect(Collectors.toSet());
    return new Published(
        new BroadcastWeights(manifest, shards),
        new TreeSet<>(live),
        sent,
        () -> release(manifest, missing));
  }

  /** How many bytes of weights were sent since the beginning. */
  synchronized long bytesSent() {
    return bytesSent;
  }

  synchronized int size() {
    return byHash.size();
  }

  synchronized void destroyAll() {
    last.clear();
    inFlight.clear();
    destroyUnneeded();
  }

  /** An evaluation is over: the executors have the shards on their devices, and need no copy. */
  private synchronized void release(Manifest manifest, List<Shard> sent) {
    inFlight.remove(manifest);
    destroyUnneeded();
    for (Shard shard : sent) {
      Broadcast<byte[]> broadcast = byHash.get(shard.hash());
      if (broadcast != null) {
        broadcast.unpersist(false);
      }
    }
  }

  private void destroyUnneeded() {
    Set<String> needed = new HashSet<>();
    last.values().forEach(manifest -> needed.addAll(manifest.shards()));
    inFlight.forEach(manifest -> needed.addAll(manifest.shards()));
    byHash
        .entrySet()
        .removeIf(
            entry -> {
              boolean unneeded = !needed.contains(entry.getKey());
              if (unneeded) {
                entry.getValue().destroy();
              }
              return unneeded;
            });
  }
}
