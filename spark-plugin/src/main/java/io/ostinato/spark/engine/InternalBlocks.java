package io.ostinato.spark.engine;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.apache.spark.SparkEnv;
import org.apache.spark.storage.BlockData;
import org.apache.spark.storage.BlockId;
import org.apache.spark.storage.BlockManager;
import org.apache.spark.storage.BroadcastBlockId;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.util.io.ChunkedByteBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Option;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/**
 * Bytes in Spark's block manager, distributed as Spark distributes broadcast variables: an executor
 * fetches a block from the driver or from any executor that has it, and then serves it to others.
 * Spark authenticates, encrypts and, if memory is needed, moves blocks to disk, as for its own.
 * There is no public API for this.
 */
final class InternalBlocks {
  private static final Logger log = LoggerFactory.getLogger(InternalBlocks.class);

  private static final String FIELD = "weights";
  private static final ClassTag<byte[]> BYTES = ClassTag$.MODULE$.apply(byte[].class);

  /** Each block has one of these locks, which is held while the block is fetched. */
  private static final Object[] FETCHING = Stream.generate(Object::new).limit(64).toArray();

  private InternalBlocks() {}

  /**
   * Stores bytes on the driver, as a block of a broadcast variable.
   *
   * @param bytes in consecutive parts; shared, so they must not be written to any more
   * @throws IllegalStateException if Spark can't store them, or its version has no such blocks
   */
  static void put(long broadcast, List<ByteBuffer> bytes) {
    try {
      ChunkedByteBuffer pieces = InternalPieces.of(bytes);
      if (!store(id(broadcast), pieces)) {
        throw new IllegalStateException(
            "Spark can't store %s bytes of weights in memory or on disk; is the disk of the driver"
                    .formatted(pieces.size())
                + " (spark.local.dir) full?");
      }
    } catch (LinkageError e) {
      throw new IllegalStateException(
          "weights can't be sent as blocks by this version of Spark (%s); set"
                  .formatted(e.getMessage())
              + " spark.ostinato.weights.transfer=broadcasts",
          e);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) { // Spark throws checked exceptions that it doesn't declare
      throw notStored(e);
    }
  }

  /** Converts a checked exception of Spark, which means that the driver can't write to its disk. */
  static IllegalStateException notStored(Exception e) {
    return new IllegalStateException(
        "Spark can't store weights in memory or on disk (%s); is the disk of the driver"
                .formatted(e)
            + " (spark.local.dir) full?",
        e);
  }

  /** The CRC-32C of the remaining bytes of consecutive parts. */
  static long checksum(List<ByteBuffer> bytes) {
    CRC32C checksum = new CRC32C();
    bytes.forEach(part -> checksum.update(part.duplicate()));
    return checksum.getValue();
  }

  /**
   * Returns the bytes of a block; fetches them if this process doesn't have them. Threads that need
   * the same block at a time fetch it once.
   *
   * @param checksum their {@link #checksum}
   * @throws IllegalStateException if no process has the block, or its bytes have changed on their
   *     way
   */
  static ByteBuffer get(long broadcast, long checksum) {
    BlockId id = id(broadcast);
    return local(id, checksum)
        .orElseGet(
            () -> {
              synchronized (FETCHING[Math.floorMod(broadcast, FETCHING.length)]) {
                return local(id, checksum).orElseGet(() -> fetch(id, checksum));
              }
            });
  }

  /**
   * The bytes in this process. An executor drops a damaged copy, which it would otherwise serve to
   * others; the block of the driver can't be replaced.
   */
  private static Optional<ByteBuffer> local(BlockId id, long checksum) {
    BlockManager manager = SparkEnv.get().blockManager();
    Option<BlockData> here = manager.getLocalBytes(id);
    if (here.isEmpty()) {
      return Optional.empty();
    }
    try {
      ByteBuffer bytes = here.get().toByteBuffer();
      if (manager.blockManagerId().isDriver()) {
        return Optional.of(checked(bytes, id, checksum));
      }
      if (checksum(List.of(bytes)) == checksum) {
        return Optional.of(bytes);
      }
    } finally {
      manager.releaseLock(id, Option.empty());
    }
    log.warn("the copy of block {} on this executor is damaged; check spark.local.dir", id);
    manager.removeBlock(id, true);
    return Optional.empty();
  }

  private static ByteBuffer fetch(BlockId id, long checksum) {
    Option<ChunkedByteBuffer> fetched = SparkEnv.get().blockManager().getRemoteBytes(id);
    if (fetched.isEmpty()) {
      throw new IllegalStateException(
          "neither the driver nor an executor has block %s any more".formatted(id));
    }
    ByteBuffer bytes = checked(fetched.get().toByteBuffer(), id, checksum);
    keep(id, bytes);
    return bytes;
  }

  /** Stores a fetched block. If it can't be stored, this executor doesn't serve it to others. */
  private static void keep(BlockId id, ByteBuffer bytes) {
    try {
      store(id, InternalPieces.of(List.of(bytes)));
    } catch (Exception e) { // Spark throws checked exceptions that it doesn't declare
      log.debug("block {} can't be stored; is the disk of this executor full?", id, e);
    }
  }

  private static ByteBuffer checked(ByteBuffer bytes, BlockId id, long expected) {
    long actual = checksum(List.of(bytes));
    if (actual != expected) {
      throw new IllegalStateException(
          "block %s is damaged: its checksum is %x, not %x; check the network and spark.local.dir"
              .formatted(id, actual, expected));
    }
    return bytes;
  }

  private static BlockId id(long broadcast) {
    return new BroadcastBlockId(broadcast, FIELD);
  }

  private static boolean store(BlockId id, ChunkedByteBuffer bytes) {
    return SparkEnv.get()
        .blockManager()
        .putBytes(id, bytes, StorageLevel.MEMORY_AND_DISK_SER(), true, BYTES);
  }
}
