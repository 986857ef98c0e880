package io.ostinato.model;

import ai.djl.Device;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;

/** An architecture made by a factory of DJL blocks. */
public final class BlockSource implements ModelSource {
  private static final long serialVersionUID = 1;

  private final BlockFactory factory;
  private final ArrayList<long[]> inputShapes = new ArrayList<>();

  BlockSource(BlockFactory factory, List<Shape> inputShapes) {
    if (inputShapes.isEmpty()) {
      throw new IllegalArgumentException(
          "a model needs the shape of at least one input, without the batch dimension;"
              + " given: none");
    }
    this.factory = factory;
    inputShapes.forEach(shape -> this.inputShapes.add(shape.getShape().clone()));
  }

  public BlockFactory factory() {
    return factory;
  }

  /** The shapes of the inputs for batches of {@code rows} rows. */
  public Shape[] inputShapes(long rows) {
    return inputShapes.stream()
        .map(shape -> new Shape(rows).addAll(new Shape(shape)))
        .toArray(Shape[]::new);
  }

  @Override
  public LoadedModel build(Device device) {
    return new LoadedBlock(this, device);
  }
}
