package io.ostinato.spark.engine;

import io.ostinato.spark.plugin.WeightTransfer;
import io.ostinato.spark.resident.ResidentModels;
import io.ostinato.weights.Shard;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends parcels to executors, and messages about them in the background. */
record ExecutorChannel(JavaSparkContext context, WeightTransfer transfer) implements ParcelChannel {
  private static final Logger log = LoggerFactory.getLogger(SparkEvaluationEngine.class);

  @Override
  public Parcel send(List<Shard> shards) {
    try {
      return Parcel.of(
          shards,
          switch (transfer) {
            case BLOCKS -> bytes -> BlockContent.send(context, bytes);
            case BROADCASTS ->
                bytes -> new BroadcastContent(context.broadcast(Parcel.join(bytes).array()));
          });
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) { // Spark throws checked exceptions that it doesn't declare
      throw InternalBlocks.notStored(e);
    }
  }

  @Override
  public void free(Parcel parcel) {
    later(parcel.content()::free);
  }

  @Override
  public void destroy(Parcel parcel) {
    later(parcel.content()::destroy);
  }

  private static void later(Runnable message) {
    ResidentModels.ofThisProcess()
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
