package io.ostinato.evaluation;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.util.Pair;
import io.ostinato.weights.HostArray;
import io.ostinato.weights.WeightSnapshot;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/** Small architectures, and weights for them. */
public final class TestNets {
  /** The inputs of {@link #classifier}. */
  public static final Shape FEATURES = new Shape(GeneratedRows.FEATURES);

  /** How often {@link #counted} has built a block in this process. */
  public static final AtomicInteger BUILT = new AtomicInteger();

  /** How often {@link #running} has run in this process. */
  public static final AtomicInteger FORWARDS = new AtomicInteger();

  private TestNets() {}

  /** float32 (N, 8) to logits (N, 3), with BatchNorm. */
  public static Block classifier() {
    return new SequentialBlock()
        .add(Linear.builder().setUnits(16).build())
        .add(BatchNorm.builder().build())
        .add(Activation.reluBlock())
        .add(Linear.builder().setUnits(3).build());
  }

  /** float32 (N, 8) to (N, 65536): 2 MiB of weights. */
  public static Block wide() {
    return Linear.builder().setUnits(65_536).optBias(false).build();
  }

  /** A {@link #classifier} that is counted. */
  public static Block counted() {
    BUILT.incrementAndGet();
    return classifier();
  }

  /** A {@link #classifier} whose runs are counted. */
  public static Block running() {
    return new SequentialBlock()
        .add(
            inputs -> {
              FORWARDS.incrementAndGet();
              return inputs;
            })
        .add(classifier());
  }

  /** Random weights for {@link #running}. */
  public static WeightSnapshot runningWeights(long seed) {
    return weights(running(), seed);
  }

  /** Random weights for {@link #classifier}, running statistics included. */
  public static WeightSnapshot weights(long seed) {
    return weights(classifier(), seed);
  }

  /** Random weights for {@link #wide}. */
  public static WeightSnapshot wideWeights(long seed) {
    return weights(wide(), seed);
  }

  /** Random weights for a block that takes {@link #FEATURES}. */
  public static WeightSnapshot weights(Block block, long seed) {
    return weights(block, seed, FEATURES);
  }

  /** Random weights for a block that takes rows of this shape. */
  public static WeightSnapshot weights(Block block, long seed, Shape input) {
    Random random = new Random(seed);
    List<HostArray> arrays = new ArrayList<>();
    try (NDManager manager = Engine.getInstance().newBaseManager()) {
      block.initialize(manager, DataType.FLOAT32, new Shape(1).addAll(input));
      for (Pair<String, Parameter> entry : block.getParameters()) {
        boolean variance = entry.getValue().getType() == Parameter.Type.RUNNING_VAR;
        Shape shape = entry.getValue().getArray().getShape();
        ByteBuffer bytes =
            ByteBuffer.allocate((int) shape.size() * 4).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < shape.size(); i++) {
          bytes.putFloat((float) (variance ? 0.5 + random.nextDouble() : random.nextGaussian()));
        }
        arrays.add(HostArray.of(entry.getKey(), DataType.FLOAT32, shape, bytes.array()));
      }
    }
    return WeightSnapshot.of(arrays);
  }
}
