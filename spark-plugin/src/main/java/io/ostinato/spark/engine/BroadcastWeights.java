package io.ostinato.spark.engine;

import io.ostinato.weights.Manifest;
import io.ostinato.weights.Shard;
import io.ostinato.weights.WeightSource;
import java.io.Serializable;
import java.util.ArrayList;
import org.apache.spark.broadcast.Broadcast;

/**
 * Weights that an executor fetches shard by shard.
 *
 * @param shards in the order of the manifest
 */
record BroadcastWeights(Manifest manifest, ArrayList<Broadcast<byte[]>> shards)
    implements WeightSource, Serializable {

  @Override
  public Shard shard(String hash) {
    int position = manifest.shards().indexOf(hash);
    if (position < 0) {
      throw new IllegalArgumentException("these weights have no shard " + hash);
    }
    return Shard.decode(hash, shards.get(position).value());
  }
}
