package io.ostinato.weights;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/** Shards as they travel. */
public final class ShardBytes {
  private ShardBytes() {}

  /** The bytes of {@link Shard#encoded}. */
  public static byte[] of(Shard shard) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (ByteBuffer part : shard.encoded()) {
      byte[] some = new byte[part.remaining()];
      part.get(some);
      bytes.writeBytes(some);
    }
    return bytes.toByteArray();
  }
}
