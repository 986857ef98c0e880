package io.ostinato.spark.engine;

import io.ostinato.spark.resident.InFlight;
import io.ostinato.spark.resident.ModelId;
import io.ostinato.spark.resident.ResidentModels;
import io.ostinato.weights.Manifest;
import io.ostinato.weights.Shard;
import io.ostinato.weights.WeightSnapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.spark.api.java.JavaSparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The shards that executors can fetch. Each shard is broadcast once, however many snapshots share
 * it. Kept are the shards of evaluations in flight and of the latest snapshot of each model, which
 * the next snapshot may share. Thread-safe.
 */
final class WeightBroadcasts {
  private static final Logger log = LoggerFactory.getLogger(SparkEvaluationEngine.class);

  private final JavaSparkContext context;
  private final int parcelBytes;
  private final Map<String, Parcel> byHash = new HashMap<>();
  private final Map<ModelId, Manifest> last = new HashMap<>();
  private final List<Manifest> inFlight = new ArrayList<>();
  private long bytesSent;
  private long published;

  WeightBroadcasts(JavaSparkContext context, int parcelBytes) {
    this.context = context;
    this.parcelBytes = parcelBytes;
  }

  /**
   * Weights that executors can fetch until this is closed.
   *
   * @param inFlight all manifests in flight, including this one
   * @param bytesSent size of the shards that were newly sent, in bytes
   * @param release run on closing
   */
  record Published(
      BroadcastWeights weights, InFlight inFlight, long bytesSent, Runnable release)
      implements AutoCloseable {
    @Override
    public void close() {
      release.run();
    }
  }

  /** Makes a snapshot available to executors, and destroys shards that are no longer needed. */
  synchronized Published publish(ModelId model, WeightSnapshot snapshot) {
    Manifest manifest = snapshot.manifest();
    last.put(model, manifest);
    inFlight.add(manifest);
    destroyUnneeded();
    List<Shard> missing =
        snapshot.shards().stream().filter(shard -> !byHash.containsKey(shard.hash())).toList();
    // Parcels are encoded and sent in parallel, so only those in progress are in memory.
    List<Parcel> sent = send(manifest, missing);
    sent.forEach(parcel -> parcel.places().keySet().forEach(hash -> byHash.put(hash, parcel)));
    long bytes = missing.stream().mapToLong(Shard::sizeBytes).sum();
    bytesSent += bytes;
    TreeSet<String> hashes = new TreeSet<>();
    inFlight.forEach(flying -> hashes.add(flying.hash()));
    InFlight all = new InFlight(++published, hashes);
    return new Published(weights(manifest), all, bytes, () -> release(manifest, sent));
  }

  private List<Parcel> send(Manifest manifest, List<Shard> missing) {
    Queue<Parcel> sent = new ConcurrentLinkedQueue<>();
    try {
      Parcel.group(missing, parcelBytes).parallelStream()
          .forEach(shards -> sent.add(Parcel.broadcast(context, shards)));
      return List.copyOf(sent);
    } catch (RuntimeException | Error e) {
      inFlight.remove(manifest);
      sent.forEach(parcel -> later(parcel.bytes()::destroy));
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

  synchronized void destroyAll() {
    last.clear();
    inFlight.clear();
    destroyUnneeded();
  }

  private BroadcastWeights weights(Manifest manifest) {
    List<Parcel> parcels = new ArrayList<>();
    Map<Parcel, Integer> numbers = new IdentityHashMap<>();
    ArrayList<BroadcastWeights.Place> places = new ArrayList<>();
    for (String hash : manifest.shards()) {
      Parcel parcel = byHash.get(hash);
      int[] place = parcel == null ? null : parcel.places().get(hash);
      if (place == null) {
        throw new IllegalStateException("shard %s was not sent".formatted(hash));
      }
      Integer number = numbers.get(parcel);
      if (number == null) {
        number = parcels.size();
        numbers.put(parcel, number);
        parcels.add(parcel);
      }
      places.add(new BroadcastWeights.Place(number, place[0], place[1]));
    }
    return new BroadcastWeights(
        manifest, new ArrayList<>(parcels.stream().map(Parcel::bytes).toList()), places);
  }

  /**
   * Ends an evaluation: the executors have the shards on their devices and need no broadcast copy.
   */
  private synchronized void release(Manifest manifest, List<Parcel> sent) {
    inFlight.remove(manifest);
    destroyUnneeded();
    if (!context.isLocal()) {
      Set<Parcel> present = new HashSet<>(byHash.values());
      sent.stream().filter(present::contains).forEach(p -> later(() -> p.bytes().unpersist(false)));
    }
  }

  /** Sends a message to the executors in the background. */
  private static void later(Runnable message) {
    ResidentModels.ofThisProcess()
        .workers()
        .execute(
            () -> {
              try {
                message.run();
              } catch (Exception e) { // Spark throws checked exceptions that it doesn't declare
                log.debug("executors could not be notified; they may be gone", e);
              }
            });
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
        later(parcel.bytes()::destroy);
      }
    }
  }
}
