package io.ostinato.spark.engine;

import io.ostinato.spark.engine.ParcelContent.Reader;
import io.ostinato.spark.resident.ProcessRegistry;
import io.ostinato.weights.Manifest;
import io.ostinato.weights.Shard;
import io.ostinato.weights.WeightSource;
import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.spark.SparkEnv;
import org.jspecify.annotations.Nullable;

/**
 * Weights that an executor fetches, prefetching a few parcels ahead of the one that it copies to
 * its device.
 *
 * @param parcels contain the shards
 * @param places the location of each shard, in the order of the manifest
 */
record BroadcastWeights(
    Manifest manifest, ArrayList<ParcelContent> parcels, ArrayList<Place> places)
    implements WeightSource, Serializable {
  private static final int AHEAD = 3;

  /**
   * The location of a shard.
   *
   * @param parcel index of the parcel
   * @param offset of the shard in the parcel, in bytes
   * @param length of the shard, in bytes
   */
  record Place(int parcel, int offset, int length) implements Serializable {}

  /** The weights of a manifest, whose shards are in these parcels. */
  static BroadcastWeights of(Manifest manifest, Map<String, Parcel> byHash) {
    List<Parcel> parcels = new ArrayList<>();
    Map<Parcel, Integer> numbers = new IdentityHashMap<>();
    ArrayList<Place> places = new ArrayList<>();
    for (String hash : manifest.shards()) {
      Parcel parcel = byHash.get(hash);
      int[] place = parcel == null ? null : parcel.places().get(hash);
      if (parcel == null || place == null) {
        throw new IllegalStateException("shard %s was not sent".formatted(hash));
      }
      Integer number = numbers.get(parcel);
      if (number == null) {
        number = parcels.size();
        numbers.put(parcel, number);
        parcels.add(parcel);
      }
      places.add(new Place(number, place[0], place[1]));
    }
    return new BroadcastWeights(
        manifest, new ArrayList<>(parcels.stream().map(Parcel::content).toList()), places);
  }

  @Override
  public Iterator<Shard> shards(List<String> hashes) {
    return startingAt(0, hashes);
  }

  /**
   * Begins with another parcel on each executor, so that executors that need the same parcels at a
   * time fetch them from each other rather than all from the driver.
   */
  @Override
  public Iterator<Shard> shardsInAnyOrder(List<String> hashes) {
    return startingAt(share(SparkEnv.get().executorId()), hashes);
  }

  /** A number of at least 0 and less than 1; the golden ratio spreads those of consecutive ids. */
  static double share(String executor) {
    double multiple = executor.hashCode() * 0.6180339887498949;
    return multiple - Math.floor(multiple);
  }

  /** Begins with the parcel at this share of those that have the shards. */
  Iterator<Shard> startingAt(double share, List<String> hashes) {
    Map<String, Place> byHash = new HashMap<>();
    for (int i = 0; i < places.size(); i++) {
      byHash.put(manifest.shards().get(i), places.get(i));
    }
    List<Run> runs = new ArrayList<>();
    for (String hash : hashes) {
      Place place = byHash.get(hash);
      if (place == null) {
        throw new IllegalArgumentException("these weights have no shard " + hash);
      }
      if (runs.isEmpty() || runs.get(runs.size() - 1).parcel() != place.parcel()) {
        runs.add(new Run(place.parcel(), new ArrayList<>()));
      }
      runs.get(runs.size() - 1).hashes().add(hash);
    }
    Collections.rotate(runs, -(int) (share * runs.size()));
    return ProcessRegistry.ofThisProcess()
        .localWeights()
        .find(manifest)
        .map(here -> here.shards(hashes))
        .orElseGet(() -> new Fetching(byHash, new ArrayDeque<>(runs)));
  }

  /**
   * Consecutive shards that are in one parcel. A parcel of earlier weights can have several runs,
   * with changed shards of newer parcels between them; after the first, it is there.
   */
  private record Run(int parcel, List<String> hashes) {}

  /** Fetches parcels on other threads, and decodes their shards on the caller's. */
  private final class Fetching implements Iterator<Shard> {
    private record Fetched(List<String> hashes, CompletableFuture<Reader> content) {}

    private final Map<String, Place> byHash;
    private final Deque<Run> open;
    private final Deque<Fetched> ahead = new ArrayDeque<>();
    private Iterator<String> hashes = Collections.emptyIterator();
    private @Nullable Reader parcel;

    Fetching(Map<String, Place> byHash, Deque<Run> open) {
      this.byHash = byHash;
      this.open = open;
    }

    @Override
    public boolean hasNext() {
      return hashes.hasNext() || !ahead.isEmpty() || !open.isEmpty();
    }

    @Override
    public Shard next() {
      if (!hashes.hasNext()) {
        fetchAhead();
        Fetched next = ahead.remove();
        parcel = await(next.content());
        hashes = next.hashes().iterator();
        fetchAhead();
      }
      String hash = hashes.next();
      Place place = byHash.get(hash);
      if (place == null || parcel == null) {
        throw new IllegalStateException("no location for shard " + hash);
      }
      return parcel.read(hash, place.offset(), place.length());
    }

    /** Waits for a parcel; a cancelled task stops waiting. */
    private static Reader await(CompletableFuture<Reader> content) {
      try {
        return content.get();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("the task was interrupted while waiting for weights", e);
      } catch (ExecutionException e) {
        throw new IllegalStateException(
            "the weights can't be fetched from the driver: " + e.getCause(), e.getCause());
      }
    }

    private void fetchAhead() {
      while (ahead.size() < AHEAD && !open.isEmpty()) {
        Run next = open.remove();
        ParcelContent content = parcels.get(next.parcel());
        ahead.add(
            new Fetched(
                next.hashes(),
                CompletableFuture.supplyAsync(
                    content::fetch, ProcessRegistry.ofThisProcess().workers())));
      }
    }
  }
}
