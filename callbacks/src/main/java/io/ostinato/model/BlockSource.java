package io.ostinato.model;

import ai.djl.Device;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;

/** An architecture created by a factory of DJL blocks. */
public final class BlockSource implements ModelSource {
  private static final long serialVersionUID = 1;

  private final BlockFactory factory;
  private final ArrayList<long[]> inputShapes = new ArrayList<>();

  BlockSource(BlockFactory factory, List<Shape> inputShapes) {
    if (inputShapes.isEmpty()) {
      throw new IllegalArgumentException(
          "a model requires the shape of at least one input, without the batch dimension;"
              + " none was given");
    }
    this.factory = factory;
    inputShapes.forEach(shape -> this.inputShapes.add(shape.getShape().clone()));
  }

  public BlockFactory factory() {
    return factory;
  }

  /** The shapes of the inputs for a batch of {@code rows} rows. */
  public Shape[] inputShapes(long rows) {
    return inputShapes.stream()
        .map(shape -> new Shape(rows).addAll(new Shape(shape)))
        .toArray(Shape[]::new);
  }

  @Override
  public boolean isRefreshedInPlace() {
    return true;
  }

  @Override
  public LoadedModel build(Device device) {
    return new LoadedBlock(this, device);
  }
}
