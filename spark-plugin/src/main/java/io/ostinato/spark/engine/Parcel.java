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
 * @param inPlaceBytes how much memory of the shards themselves it keeps
 */
record Parcel(ParcelContent content, Map<String, int[]> places, long inPlaceBytes) {
  /** Target size of a parcel, in bytes. */
  static final int BYTES = 8 << 20;

  /** A smaller part of a shard is copied, since each part is sent by a system call of its own. */
  private static final int LEAST_IN_PLACE = 64 << 10;

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
   * @param mostInPlace how much memory of the shards to keep, in bytes; the rest is copied, as is
   *     all that is on the heap, where it can be part of an array that is much larger
   * @param send makes consecutive bytes available to the executors; without memory of the shards,
   *     one buffer with an array that has nothing else
   */
  static Parcel of(
      List<Shard> shards, long mostInPlace, Function<List<ByteBuffer>, ParcelContent> send) {
    List<ByteBuffer> content = new ArrayList<>();
    List<ByteBuffer> copied = new ArrayList<>();
    Map<String, int[]> places = new LinkedHashMap<>();
    int start = 0;
    long inPlace = 0;
    for (Shard shard : shards) {
      List<ByteBuffer> encoded = shard.encoded();
      int length = sizeOf(encoded);
      places.put(shard.hash(), new int[] {start, length});
      start = Math.addExact(start, length);
      // One part keeps the memory of the whole shard.
      boolean isShared =
          encoded.stream().anyMatch(Parcel::canBeShared)
              && inPlace + shard.sizeBytes() <= mostInPlace;
      inPlace += isShared ? shard.sizeBytes() : 0;
      for (ByteBuffer part : encoded) {
        if (isShared && canBeShared(part)) {
          addJoined(copied, content);
          content.add(part);
        } else {
          copied.add(part);
        }
      }
    }
    addJoined(copied, content);
    return new Parcel(send.apply(content), places, inPlace);
  }

  private static boolean canBeShared(ByteBuffer part) {
    return part.isDirect() && part.remaining() >= LEAST_IN_PLACE;
  }

  private static void addJoined(List<ByteBuffer> copied, List<ByteBuffer> content) {
    if (!copied.isEmpty()) {
      ByteBuffer joined = ByteBuffer.allocate(sizeOf(copied));
      copied.forEach(joined::put);
      content.add(joined.flip());
      copied.clear();
    }
  }

  private static int sizeOf(List<ByteBuffer> parts) {
    return parts.stream().mapToInt(ByteBuffer::remaining).reduce(0, Math::addExact);
  }

  boolean hasAnyOf(Set<String> hashes) {
    return places.keySet().stream().anyMatch(hashes::contains);
  }
}
