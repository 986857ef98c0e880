package io.ostinato.weights;

import java.nio.ByteBuffer;

/** Shards as they travel. */
public final class ShardBytes {
  private ShardBytes() {}

  /** What {@link Shard#encode} writes. */
  public static byte[] of(Shard shard) {
    ByteBuffer bytes = ByteBuffer.allocate(shard.encodedBytes());
    shard.encode(bytes);
    return bytes.array();
  }
}
