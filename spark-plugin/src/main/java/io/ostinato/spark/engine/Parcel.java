package io.ostinato.spark.engine;

import io.ostinato.weights.Shard;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Shards that are sent together, because sending them one by one has too much overhead.
 *
 * @param places offset and length of each shard in bytes, by the shard's hash
 */
record Parcel(ParcelContent content, Map<String, int[]> places) {
  /** Target size of a parcel, in bytes. */
  static final int BYTES = 8 << 20;

  /** Groups consecutive shards; a group larger than {@code mostBytes} has a single shard. */
  static List<List<Shard>> group(List<Shard> shards, int mostBytes) {
    List<List<Shard>> groups = new ArrayList<>();
    long size = mostBytes;
    for (Shard shard : shards) {
      if (size + shard.sizeBytes() > mostBytes) {
        groups.add(new ArrayList<>());
        size = 0;
      }
      groups.get(groups.size() - 1).add(shard);
      size += shard.sizeBytes();
    }
    return groups;
  }

  /**
   * Encodes shards, and sends them.
   *
   * @param send makes these consecutive bytes, which belong to the shards, available to the
   *     executors
   */
  static Parcel of(List<Shard> shards, Function<List<ByteBuffer>, ParcelContent> send) {
    List<ByteBuffer> bytes = new ArrayList<>();
    Map<String, int[]> places = new LinkedHashMap<>();
    int start = 0;
    for (Shard shard : shards) {
      List<ByteBuffer> encoded = shard.encoded();
      int length = encoded.stream().mapToInt(ByteBuffer::remaining).reduce(0, Math::addExact);
      places.put(shard.hash(), new int[] {start, length});
      start = Math.addExact(start, length);
      bytes.addAll(encoded);
    }
    return new Parcel(send.apply(bytes), places);
  }

  /** A copy of consecutive bytes, on the heap. */
  static ByteBuffer join(List<ByteBuffer> parts) {
    ByteBuffer joined =
        ByteBuffer.allocate(
            parts.stream().mapToInt(ByteBuffer::remaining).reduce(0, Math::addExact));
    parts.forEach(part -> joined.put(part.duplicate()));
    return joined.flip();
  }

  boolean hasAnyOf(Set<String> hashes) {
    return places.keySet().stream().anyMatch(hashes::contains);
  }
}
