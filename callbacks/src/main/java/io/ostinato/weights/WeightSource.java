package io.ostinato.weights;

import java.util.Iterator;
import java.util.List;

/** Weights whose shards are provided one by one, so that they need not all be in memory. */
public interface WeightSource {

  /** The hashes of all shards of these weights. */
  Manifest manifest();

  /**
   * Provides some of the shards, in this order; a source may prefetch them.
   *
   * @throws IllegalArgumentException if the manifest doesn't contain one of these hashes
   */
  Iterator<Shard> shards(List<String> hashes);

  /**
   * Provides some of the shards, each as often as it is asked for, in the order that suits the
   * source.
   *
   * @throws IllegalArgumentException if the manifest doesn't contain one of these hashes
   */
  default Iterator<Shard> shardsInAnyOrder(List<String> hashes) {
    return shards(hashes);
  }
}
