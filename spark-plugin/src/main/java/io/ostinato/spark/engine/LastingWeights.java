package io.ostinato.spark.engine;

import io.ostinato.spark.plugin.OstinatoSettings;
import io.ostinato.weights.WeightSnapshot;
import io.ostinato.weights.WeightSource;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;

/** Sends weights that executors can fetch as long as the driver refers to them. */
public final class LastingWeights {
  private LastingWeights() {}

  /**
   * Sends weights. Spark frees them some time after the result, and everything that contains it,
   * such as a {@code Dataset}, is no longer reachable on the driver.
   *
   * @return a serializable source
   */
  public static WeightSource send(JavaSparkContext context, WeightSnapshot snapshot) {
    ExecutorChannel channel =
        ExecutorChannel.copying(
            context, OstinatoSettings.of(context.getConf()).weights().transfer());
    Map<String, Parcel> byHash = new LinkedHashMap<>();
    Parcel.group(snapshot.shards(), Parcel.BYTES).stream()
        .map(shards -> channel.send(shards, snapshot))
        .forEach(parcel -> parcel.places().keySet().forEach(hash -> byHash.put(hash, parcel)));
    return BroadcastWeights.of(snapshot.manifest(), byHash);
  }
}
