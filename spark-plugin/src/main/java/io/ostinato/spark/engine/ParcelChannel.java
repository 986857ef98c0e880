package io.ostinato.spark.engine;

import io.ostinato.weights.Shard;
import java.util.List;

/** How parcels reach the executors. Thread-safe. */
interface ParcelChannel {

  /** Makes shards available to the executors, which fetch them when they need them. */
  Parcel send(List<Shard> shards);

  /** Frees the copies that executors have fetched; they can fetch them again. */
  void free(Parcel parcel);

  /** Frees a parcel on the driver and the executors. */
  void destroy(Parcel parcel);
}
