package io.ostinato.jobs.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.ParallelBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.norm.Dropout;
import ai.djl.nn.pooling.Pool;
import java.util.List;

/** Builds the DJL blocks of the built-in architectures. */
final class Layers {
  private static final int STAGES = 4;

  private Layers() {}

  static Block mlp(Architecture.Mlp config) {
    SequentialBlock block = new SequentialBlock().add(Blocks.batchFlattenBlock());
    for (int width : config.hidden()) {
      block.add(Linear.builder().setUnits(width).build());
      if (config.batchNorm()) {
        block.add(BatchNorm.builder().build());
      }
      block.add(config.activation().block());
      if (config.dropout() > 0) {
        block.add(Dropout.builder().optRate((float) config.dropout()).build());
      }
    }
    return block.add(Linear.builder().setUnits(config.outputs()).build());
  }

  static Block resnet18(Architecture.Resnet18 config) {
    SequentialBlock block = new SequentialBlock();
    if (config.stem() == Architecture.Stem.LARGE) {
      addConvolution(block, config.filters(), 7, 2);
      block.add(Activation.reluBlock());
      block.add(Pool.maxPool2dBlock(new Shape(3, 3), new Shape(2, 2), new Shape(1, 1)));
    } else {
      addConvolution(block, config.filters(), 3, 1);
      block.add(Activation.reluBlock());
    }
    int before = config.filters();
    for (int stage = 0; stage < STAGES; stage++) {
      int filters = config.filters() << stage;
      block.add(residual(before, filters, stage == 0 ? 1 : 2));
      block.add(residual(filters, filters, 1));
      before = filters;
    }
    return block
        .add(Pool.globalAvgPool2dBlock())
        .add(Blocks.batchFlattenBlock())
        .add(Linear.builder().setUnits(config.classes()).build());
  }

  /** A residual block of two convolutions; a 1 by 1 convolution adapts the shortcut if required. */
  private static Block residual(int filtersBefore, int filters, int stride) {
    SequentialBlock path = new SequentialBlock();
    addConvolution(path, filters, 3, stride);
    path.add(Activation.reluBlock());
    addConvolution(path, filters, 3, 1);
    SequentialBlock shortcut = new SequentialBlock();
    if (stride == 1 && filtersBefore == filters) {
      shortcut.add(Blocks.identityBlock());
    } else {
      addConvolution(shortcut, filters, 1, stride);
    }
    return new ParallelBlock(Layers::rectifiedSum, List.of(path, shortcut));
  }

  private static NDList rectifiedSum(List<NDList> paths) {
    NDArray sum = paths.get(0).singletonOrThrow().add(paths.get(1).singletonOrThrow());
    return new NDList(Activation.relu(sum));
  }

  private static void addConvolution(SequentialBlock block, int filters, int kernel, int stride) {
    block.add(
        Conv2d.builder()
            .setKernelShape(new Shape(kernel, kernel))
            .optPadding(new Shape(kernel / 2, kernel / 2))
            .optStride(new Shape(stride, stride))
            .optBias(false)
            .setFilters(filters)
            .build());
    block.add(BatchNorm.builder().build());
  }
}
