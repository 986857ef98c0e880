package io.ostinato.jobs.bench;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.ParallelBlock;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.pooling.Pool;
import ai.djl.util.Pair;
import io.ostinato.model.BlockWeights;
import io.ostinato.weights.HostArray;
import io.ostinato.weights.WeightSnapshot;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Architectures to measure with. */
final class BenchNets {
  private BenchNets() {}

  /** float32 (N, 784) to (N, 10), by layers of 512. */
  static Block mlp() {
    return mlp(512);
  }

  /** float32 (N, 784) to (N, 10), by two layers of this many units. */
  static Block mlp(int units) {
    return new SequentialBlock()
        .add(Linear.builder().setUnits(units).build())
        .add(Activation.reluBlock())
        .add(Linear.builder().setUnits(units).build())
        .add(Activation.reluBlock())
        .add(Linear.builder().setUnits(10).build());
  }

  /** float32 (N, 784) and int64 (N) to (N, 10): 100 MB, see {@link LargeNet}. */
  static Block large() {
    return new LargeNet(100);
  }

  /** float32 (N, 1) to (N, 2). */
  static Block tiny() {
    return Linear.builder().setUnits(2).build();
  }

  /** float32 (N, 3, 32, 32) to (N, 10): ResNet-18 with a quarter of its channels. */
  static Block resnet() {
    SequentialBlock net = new SequentialBlock().add(conv(16, 1)).add(batchNormRelu());
    int channels = 16;
    for (int stage = 0; stage < 4; stage++) {
      net.add(residual(channels, stage == 0 ? 1 : 2, stage == 0)).add(residual(channels, 1, true));
      channels *= 2;
    }
    return net.add(Pool.globalAvgPool2dBlock()).add(Linear.builder().setUnits(10).build());
  }

  /** Weights of an architecture by its own initializers, of this seed. */
  static WeightSnapshot weights(Block block, int seed, Shape... inputs) {
    Engine.getInstance().setRandomSeed(seed);
    try (NDManager manager = Engine.getInstance().newBaseManager()) {
      block.initialize(manager, DataType.FLOAT32, inputs);
      return BlockWeights.snapshot(block);
    }
  }

  /** Changes all parameters of a block that is trained. */
  static void change(Block block) {
    for (Pair<String, Parameter> entry : block.getParameters()) {
      try (NDArray plain = entry.getValue().getArray().stopGradient()) {
        plain.addi(0.5);
      }
    }
  }

  /** Random weights of the same shapes, float32; others for each seed. */
  static WeightSnapshot noise(WeightSnapshot like, long seed) {
    Random random = new Random(seed);
    List<HostArray> arrays = new ArrayList<>();
    for (HostArray array : like.arrays()) {
      ByteBuffer bytes = ByteBuffer.allocate(array.bytes().length).order(ByteOrder.LITTLE_ENDIAN);
      while (bytes.hasRemaining()) {
        bytes.putFloat((float) (0.1 * random.nextGaussian()));
      }
      arrays.add(HostArray.of(array.name(), array.dataType(), array.shape(), bytes.array()));
    }
    return WeightSnapshot.of(arrays);
  }

  private static Block residual(int channels, int stride, boolean same) {
    Block body =
        new SequentialBlock()
            .add(conv(channels, stride))
            .add(batchNormRelu())
            .add(conv(channels, 1))
            .add(BatchNorm.builder().build());
    Block shortcut =
        same
            ? Blocks.identityBlock()
            : Conv2d.builder()
                .setKernelShape(new Shape(1, 1))
                .setFilters(channels)
                .optStride(new Shape(stride, stride))
                .optBias(false)
                .build();
    return new SequentialBlock()
        .add(new ParallelBlock(BenchNets::sum, List.of(body, shortcut)))
        .add(Activation.reluBlock());
  }

  private static NDList sum(List<NDList> branches) {
    NDArray sum = NDArrays.add(branches.get(0).head(), branches.get(1).head());
    return new NDList(sum);
  }

  private static Block conv(int channels, int stride) {
    return Conv2d.builder()
        .setKernelShape(new Shape(3, 3))
        .setFilters(channels)
        .optPadding(new Shape(1, 1))
        .optStride(new Shape(stride, stride))
        .optBias(false)
        .build();
  }

  private static Block batchNormRelu() {
    return new SequentialBlock().add(BatchNorm.builder().build()).add(Activation.reluBlock());
  }
}
