package io.ostinato.weights;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The weights of a model at one iteration: immutable, named arrays on the host, cut into shards.
 *
 * <p>Consecutive arrays share a shard until it has {@value #SHARD_BYTES} bytes; a larger array has
 * a shard of its own. The cut depends on sizes alone, so weights that didn't change keep their
 * shard from one snapshot to the next.
 */
public final class WeightSnapshot {
  static final int SHARD_BYTES = 4 << 20;

  private final List<Shard> shards;
  private final Manifest manifest;

  private WeightSnapshot(List<Shard> shards) {
    this.shards = List.copyOf(shards);
    this.manifest = Manifest.of(shards.stream().map(Shard::hash).toList());
  }

  /**
   * The snapshot of these arrays, in their order.
   *
   * @throws IllegalArgumentException if two arrays have one name
   */
  public static WeightSnapshot of(List<HostArray> arrays) {
    Set<String> names = new HashSet<>();
    List<Shard> shards = new ArrayList<>();
    List<HostArray> open = new ArrayList<>();
    long openBytes = 0;
    for (HostArray array : arrays) {
      if (!names.add(array.name())) {
        throw new IllegalArgumentException("two weights are named '%s'".formatted(array.name()));
      }
      if (!open.isEmpty() && openBytes + array.sizeBytes() > SHARD_BYTES) {
        shards.add(Shard.of(open));
        open.clear();
        openBytes = 0;
      }
      open.add(array);
      openBytes += array.sizeBytes();
    }
    if (!open.isEmpty()) {
      shards.add(Shard.of(open));
    }
    return new WeightSnapshot(shards);
  }

  /**
   * The snapshot that a manifest describes.
   *
   * @throws IllegalArgumentException if these are not the shards of the manifest, in its order
   */
  public static WeightSnapshot of(Manifest manifest, List<Shard> shards) {
    WeightSnapshot snapshot = new WeightSnapshot(shards);
    if (!snapshot.manifest.equals(manifest)) {
      throw new IllegalArgumentException(
          "the shards %s are not those of the manifest %s"
              .formatted(snapshot.manifest.shards(), manifest.shards()));
    }
    return snapshot;
  }

  public Manifest manifest() {
    return manifest;
  }

  public List<Shard> shards() {
    return shards;
  }

  /** All arrays, in the order they were given. */
  public List<HostArray> arrays() {
    return shards.stream().flatMap(shard -> shard.arrays().stream()).toList();
  }

  public long sizeBytes() {
    return shards.stream().mapToLong(Shard::sizeBytes).sum();
  }
}
