package io.ostinato.weights;

/**
 * Weights of which the shards are handed out one by one, so that they need not all be in memory.
 */
public interface WeightSource {

  /** The shards that make these weights. */
  Manifest manifest();

  /**
   * One of the shards.
   *
   * @throws IllegalArgumentException if the manifest has no shard of this hash
   */
  Shard shard(String hash);
}
