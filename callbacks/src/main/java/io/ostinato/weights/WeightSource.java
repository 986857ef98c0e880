package io.ostinato.weights;

import java.util.Iterator;
import java.util.List;

/**
 * Weights of which the shards are handed out one by one, so that they need not all be in memory.
 */
public interface WeightSource {

  /** The shards that make these weights. */
  Manifest manifest();

  /**
   * Some of the shards, in this order; a source may fetch them ahead.
   *
   * @throws IllegalArgumentException if the manifest has no shard of one of these hashes
   */
  Iterator<Shard> shards(List<String> hashes);
}
