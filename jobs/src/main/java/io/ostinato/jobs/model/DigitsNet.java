package io.ostinato.jobs.model;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Blocks;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.pooling.Pool;

/** A small convolutional network: float32 (N, 1, 8, 8) to logits (N, 10). */
public final class DigitsNet extends SequentialBlock {
  /** The shape of one image: channels, height and width. */
  public static final Shape INPUT = new Shape(1, 8, 8);

  public DigitsNet() {
    addConvolution(16);
    addConvolution(32);
    add(Pool.maxPool2dBlock(new Shape(2, 2), new Shape(2, 2)));
    add(Blocks.batchFlattenBlock());
    add(Linear.builder().setUnits(10).build());
  }

  private void addConvolution(int filters) {
    add(
        Conv2d.builder()
            .setKernelShape(new Shape(3, 3))
            .optPadding(new Shape(1, 1))
            .setFilters(filters)
            .build());
    add(BatchNorm.builder().build());
    add(Activation.reluBlock());
  }
}
