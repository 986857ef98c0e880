package io.ostinato.spark.engine;

import io.ostinato.weights.Shard;
import java.io.Serializable;

/** The bytes of a parcel, wherever they are. Serialized with each task; thread-safe. */
interface ParcelContent extends Serializable {

  /** Reads the shards of a parcel that is in this process. */
  @FunctionalInterface
  interface Reader {
    /**
     * Reads a shard; it can share the bytes of the parcel.
     *
     * @param offset of the shard in the parcel, in bytes
     * @param length of the shard, in bytes
     */
    Shard read(String hash, int offset, int length);
  }

  /** Brings the parcel into this process, unless it is there already; waits for it. */
  Reader fetch();

  /** Frees the copies that executors have fetched; they can fetch them again. Driver only. */
  void free();

  /** Frees the parcel everywhere. Driver only. */
  void destroy();
}
