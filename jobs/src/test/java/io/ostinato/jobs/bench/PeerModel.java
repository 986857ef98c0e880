package io.ostinato.jobs.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import io.ostinato.evaluation.BatchProcessor;
import io.ostinato.model.BlockFactory;
import io.ostinato.model.ModelSource;
import java.io.Serializable;

/**
 * A model that all peers have.
 *
 * @param hasTable whether it is a {@link LargeNet}, which is given the classes, too
 */
record PeerModel(BlockFactory net, boolean hasTable) implements Serializable {
  private static final int FEW_UNITS = 128;
  private static final long FEW_BYTES =
      Float.BYTES * ((784 + 1) * 128L + (128 + 1) * 128L + (128 + 1) * 10L);

  /** 784-512-512-10. */
  static PeerModel mlp() {
    return new PeerModel(BenchNets::mlp, false);
  }

  /** 784-128-128-10, beside a table that makes it this large. */
  static PeerModel ofMegabytes(int megabytes) {
    long tableBytes = megabytes * 1_000_000L - FEW_BYTES;
    return new PeerModel(() -> new LargeNet(BenchNets.mlp(FEW_UNITS), tableBytes), true);
  }

  /** A block of its own, without weights. */
  Block block() {
    return net.get();
  }

  /** The shapes of a batch of one row. */
  Shape[] batch() {
    return hasTable
        ? new Shape[] {new Shape(1, 784), new Shape(1)}
        : new Shape[] {new Shape(1, 784)};
  }

  ModelSource source() {
    return hasTable
        ? ModelSource.ofBlock(net, new Shape(784), new Shape())
        : ModelSource.ofBlock(net, new Shape(784));
  }

  BatchProcessor processor() {
    return hasTable ? Processors::forMetricsWithTable : Processors::forMetrics;
  }

  NDList inputs(NDArray x, NDArray classes) {
    return hasTable ? new NDList(x, classes) : new NDList(x);
  }
}
