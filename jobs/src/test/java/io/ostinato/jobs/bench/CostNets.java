package io.ostinato.jobs.bench;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;
import io.ostinato.jobs.bench.CostCase.Net;
import io.ostinato.model.BlockFactory;
import io.ostinato.model.BlockWeights;
import io.ostinato.model.ModelSource;
import io.ostinato.weights.SnapshotTaker;
import io.ostinato.weights.WeightSnapshot;
import java.util.HashMap;
import java.util.Map;

/** The models of all cases, which the driver trains: all of their weights change each time. */
final class CostNets implements AutoCloseable {
  private final NDManager manager = Engine.getInstance().newBaseManager();
  private final Map<Net, Trained> trained = new HashMap<>();

  /** A model in training. */
  record Trained(Block block, ModelSource source, SnapshotTaker taker) {
    void change() {
      for (Pair<String, Parameter> entry : block.getParameters()) {
        try (NDArray plain = entry.getValue().getArray().stopGradient()) {
          plain.muli(-1);
        }
      }
    }

    WeightSnapshot snapshot() {
      return BlockWeights.snapshot(block, taker);
    }
  }

  Trained of(Net net) {
    return trained.computeIfAbsent(net, this::trained);
  }

  private Trained trained(Net net) {
    BlockFactory factory = factory(net.units(), net.megabytes() * 1_000_000L);
    Block block = factory.get();
    block.initialize(manager, DataType.FLOAT32, new Shape(1, net.width()), new Shape(1));
    ModelSource source = ModelSource.ofBlock(factory, new Shape(net.width()), new Shape());
    return new Trained(block, source, new SnapshotTaker());
  }

  private static BlockFactory factory(int units, long tableBytes) {
    return () -> new LargeNet(BenchNets.mlp(units), tableBytes);
  }

  @Override
  public void close() {
    manager.close();
  }
}
