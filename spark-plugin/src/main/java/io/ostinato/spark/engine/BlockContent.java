package io.ostinato.spark.engine;

import io.ostinato.weights.Shard;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * A parcel that is a block of bytes beside those of a broadcast variable. Spark frees all blocks of
 * a variable together: when it is unpersisted or destroyed, and when the driver no longer refers to
 * it. Its value is never read.
 *
 * @param checksum of the bytes, which Spark doesn't check
 */
record BlockContent(Broadcast<byte[]> owner, long checksum) implements ParcelContent {

  /** Makes consecutive bytes, which are shared, available to the executors. */
  static BlockContent send(JavaSparkContext context, List<ByteBuffer> bytes) {
    BlockContent content =
        new BlockContent(context.broadcast(new byte[0]), InternalBlocks.checksum(bytes));
    try {
      InternalBlocks.put(content.owner.id(), bytes);
    } catch (RuntimeException | Error e) {
      content.destroy();
      throw e;
    }
    return content;
  }

  @Override
  public Reader fetch() {
    ByteBuffer parcel = InternalBlocks.get(owner.id(), checksum);
    return (hash, offset, length) -> Shard.decode(hash, parcel.slice(offset, length));
  }

  @Override
  public void free() {
    owner.unpersist(false);
  }

  @Override
  public void destroy() {
    owner.destroy();
  }
}
