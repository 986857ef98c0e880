package io.ostinato.spark.resident;

import io.ostinato.weights.Manifest;
import io.ostinato.weights.Shard;
import io.ostinato.weights.WeightSource;
import java.util.Iterator;
import java.util.List;

/** Weights that count the bytes a model loads of them. Used by one thread. */
final class CountedWeights implements WeightSource {
  private final WeightSource source;
  private long bytes;

  CountedWeights(WeightSource source) {
    this.source = source;
  }

  /** Size of the shards that were loaded, in bytes. */
  long bytes() {
    return bytes;
  }

  @Override
  public Manifest manifest() {
    return source.manifest();
  }

  @Override
  public Iterator<Shard> shards(List<String> hashes) {
    return counted(source.shards(hashes));
  }

  @Override
  public Iterator<Shard> shardsInAnyOrder(List<String> hashes) {
    return counted(source.shardsInAnyOrder(hashes));
  }

  private Iterator<Shard> counted(Iterator<Shard> shards) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return shards.hasNext();
      }

      @Override
      public Shard next() {
        Shard shard = shards.next();
        bytes += shard.sizeBytes();
        return shard;
      }
    };
  }
}
