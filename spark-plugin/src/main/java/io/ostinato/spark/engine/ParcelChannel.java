package io.ostinato.spark.engine;

import io.ostinato.weights.Shard;
import io.ostinato.weights.WeightSnapshot;
import java.util.List;

/** How parcels reach the executors. Thread-safe. */
interface ParcelChannel {

  /**
   * Prepares for tasks that need these weights.
   *
   * @return ends that, once no task needs them any more
   */
  default Runnable begin(WeightSnapshot weights) {
    return () -> {};
  }

  /**
   * Makes shards available to the executors, which fetch them when they need them.
   *
   * @param snapshot has the shards
   */
  Parcel send(List<Shard> shards, WeightSnapshot snapshot);

  /** Frees the copies that executors have fetched; they can fetch them again. */
  void free(Parcel parcel);

  /** Frees a parcel on the driver and the executors. */
  void destroy(Parcel parcel);
}
