package io.ostinato.spark.engine;

import io.ostinato.spark.resident.InFlight;
import io.ostinato.spark.resident.ModelId;
import io.ostinato.weights.InParallel;
import io.ostinato.weights.Manifest;
import io.ostinato.weights.Shard;
import io.ostinato.weights.WeightSnapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The shards that executors can fetch. Each shard is broadcast once, however many snapshots share
 * it. Kept are the shards of evaluations in flight and of the latest snapshot of each model, which
 * the next snapshot may share. Thread-safe.
 */
final class WeightBroadcasts {
  private final ParcelChannel channel;
  private final int parcelBytes;

  /** Held while shards are sent, so that shared ones are sent once; never needed to end. */
  private final ReentrantLock sending = new ReentrantLock();

  // Guarded by this.
  private final Map<String, Parcel> byHash = new HashMap<>();
  private final Map<ModelId, Manifest> last = new HashMap<>();
  private final List<Manifest> inFlight = new ArrayList<>();

  /** The parcels of which executors may have copies. */
  private final Set<Parcel> copied = new HashSet<>();

  private long bytesSent;
  private long published;

  WeightBroadcasts(ParcelChannel channel, int parcelBytes) {
    this.channel = channel;
    this.parcelBytes = parcelBytes;
  }

  /**
   * Weights that executors can fetch until this is closed.
   *
   * @param inFlight all manifests in flight, including this one
   * @param bytesSent size of the shards that were newly sent, in bytes
   * @param release run on closing
   */
  record Published(BroadcastWeights weights, InFlight inFlight, long bytesSent, Runnable release)
      implements AutoCloseable {
    @Override
    public void close() {
      release.run();
    }
  }

  /** Makes a snapshot available to executors, and destroys shards that are no longer needed. */
  Published publish(ModelId model, WeightSnapshot snapshot) {
    sending.lock();
    try {
      List<Shard> missing = begin(model, snapshot);
      List<Parcel> sent = send(snapshot, missing);
      Runnable end = channel.begin(snapshot);
      return published(snapshot.manifest(), missing, sent, end);
    } finally {
      sending.unlock();
    }
  }

  /** Keeps what a snapshot needs from now on, and returns what is missing of it. */
  private synchronized List<Shard> begin(ModelId model, WeightSnapshot snapshot) {
    last.put(model, snapshot.manifest());
    inFlight.add(snapshot.manifest());
    destroyUnneeded();
    return snapshot.shards().stream().filter(shard -> !byHash.containsKey(shard.hash())).toList();
  }

  private synchronized Published published(
      Manifest manifest, List<Shard> missing, List<Parcel> sent, Runnable end) {
    sent.forEach(parcel -> parcel.places().keySet().forEach(hash -> byHash.put(hash, parcel)));
    copied.addAll(sent);
    long bytes = missing.stream().mapToLong(Shard::sizeBytes).sum();
    bytesSent += bytes;
    TreeSet<String> hashes = new TreeSet<>();
    inFlight.forEach(flying -> hashes.add(flying.hash()));
    InFlight all = new InFlight(++published, hashes);
    return new Published(
        BroadcastWeights.of(manifest, byHash),
        all,
        bytes,
        () -> {
          end.run();
          release(manifest);
        });
  }

  private List<Parcel> send(WeightSnapshot snapshot, List<Shard> missing) {
    Queue<Parcel> sent = new ConcurrentLinkedQueue<>();
    try {
      // In parallel, since their checksums are computed, or their bytes copied.
      InParallel.map(
          Parcel.group(missing, parcelBytes), shards -> sent.add(channel.send(shards, snapshot)));
      return List.copyOf(sent);
    } catch (RuntimeException | Error e) {
      sent.forEach(channel::destroy);
      release(snapshot.manifest());
      throw e;
    }
  }

  /** Total size of the weights sent so far, in bytes. */
  synchronized long bytesSent() {
    return bytesSent;
  }

  /** The number of parcels. */
  synchronized int size() {
    return Set.copyOf(byHash.values()).size();
  }

  /** Destroys all shards, but those of evaluations in flight only when these end. */
  synchronized void destroyAll() {
    last.clear();
    destroyUnneeded();
  }

  /**
   * Ends an evaluation: the executors have the shards on their devices and need no broadcast copy,
   * unless another evaluation may still fetch it, or the model's next refresh is going to load what
   * hasn't changed, too.
   */
  private synchronized void release(Manifest manifest) {
    inFlight.remove(manifest);
    destroyUnneeded();
    Set<String> fetched = new HashSet<>();
    inFlight.forEach(flying -> fetched.addAll(flying.shards()));
    last.forEach(
        (model, weights) -> {
          if (!model.source().isRefreshedInPlace()) {
            fetched.addAll(weights.shards());
          }
        });
    for (Parcel parcel : List.copyOf(copied)) {
      if (!parcel.hasAnyOf(fetched)) {
        copied.remove(parcel);
        channel.free(parcel);
      }
    }
  }

  /** Destroys each parcel none of whose shards is needed any more. */
  private void destroyUnneeded() {
    Set<String> needed = new HashSet<>();
    last.values().forEach(manifest -> needed.addAll(manifest.shards()));
    inFlight.forEach(manifest -> needed.addAll(manifest.shards()));
    Set<Parcel> present = new HashSet<>(byHash.values());
    for (Parcel parcel : present) {
      if (!parcel.hasAnyOf(needed)) {
        byHash.keySet().removeAll(parcel.places().keySet());
        copied.remove(parcel);
        channel.destroy(parcel);
      }
    }
  }
}
