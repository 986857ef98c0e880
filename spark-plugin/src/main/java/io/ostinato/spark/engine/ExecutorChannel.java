package io.ostinato.spark.engine;

import io.ostinato.spark.plugin.OstinatoSettings.Weights;
import io.ostinato.spark.plugin.WeightTransfer;
import io.ostinato.spark.resident.ProcessRegistry;
import io.ostinato.weights.Shard;
import io.ostinato.weights.WeightSnapshot;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.LongUnaryOperator;
import org.apache.spark.api.java.JavaSparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends parcels to executors, and messages about them in the background. */
final class ExecutorChannel implements ParcelChannel {
  private static final Logger log = LoggerFactory.getLogger(SparkEvaluationEngine.class);

  private final JavaSparkContext context;
  private final WeightTransfer transfer;
  private final LongUnaryOperator mostInPlace;

  /** How much memory of snapshots the parcels keep, in bytes; guarded by this. */
  private long inPlaceBytes;

  private ExecutorChannel(
      JavaSparkContext context, WeightTransfer transfer, LongUnaryOperator mostInPlace) {
    this.context = context;
    this.transfer = transfer;
    this.mostInPlace = mostInPlace;
  }

  /** Creates a channel for weights that are soon replaced: they can be memory of their snapshot. */
  ExecutorChannel(JavaSparkContext context, Weights settings) {
    this(context, settings.transfer(), settings::inPlaceBytes);
  }

  /** Creates a channel for weights that stay: all are copied. */
  static ExecutorChannel copying(JavaSparkContext context, WeightTransfer transfer) {
    return new ExecutorChannel(context, transfer, snapshotBytes -> 0);
  }

  @Override
  public Parcel send(List<Shard> shards, WeightSnapshot snapshot) {
    long reserved = reserve(shards, snapshot);
    long used = 0;
    try {
      Parcel parcel = Parcel.of(shards, reserved, this::content);
      used = parcel.inPlaceBytes();
      return parcel;
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) { // Spark throws checked exceptions that it doesn't declare
      throw InternalBlocks.notStored(e);
    } finally {
      giveBack(reserved - used);
    }
  }

  private ParcelContent content(List<ByteBuffer> bytes) {
    return switch (transfer) {
      case BLOCKS -> BlockContent.send(context, bytes);
      case BROADCASTS -> new BroadcastContent(context.broadcast(bytes.get(0).array()));
    };
  }

  private synchronized long reserve(List<Shard> shards, WeightSnapshot snapshot) {
    if (transfer != WeightTransfer.BLOCKS || !snapshot.hasOwnMemory()) {
      return 0;
    }
    long wanted = shards.stream().mapToLong(Shard::sizeBytes).sum();
    long free = Math.max(0, mostInPlace.applyAsLong(snapshot.sizeBytes()) - inPlaceBytes);
    long reserved = Math.min(wanted, free);
    inPlaceBytes += reserved;
    return reserved;
  }

  private synchronized void giveBack(long bytes) {
    inPlaceBytes -= bytes;
  }

  @Override
  public void free(Parcel parcel) {
    later(parcel.content()::free);
  }

  @Override
  public void destroy(Parcel parcel) {
    giveBack(parcel.inPlaceBytes());
    later(parcel.content()::destroy);
  }

  private static void later(Runnable message) {
    ProcessRegistry.ofThisProcess()
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
}
