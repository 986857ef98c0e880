package io.ostinato.spark.engine;

import io.ostinato.weights.Shard;
import java.nio.ByteBuffer;
import org.apache.spark.broadcast.Broadcast;

/** A parcel that is the value of a broadcast variable. */
record BroadcastContent(Broadcast<byte[]> bytes) implements ParcelContent {

  @Override
  public Reader fetch() {
    byte[] parcel = bytes.value();
    return (hash, offset, length) -> Shard.decode(hash, ByteBuffer.wrap(parcel, offset, length));
  }

  @Override
  public void free() {
    bytes.unpersist(false);
  }

  @Override
  public void destroy() {
    bytes.destroy();
  }
}
