package io.ostinato.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import org.jspecify.annotations.Nullable;

/** Replaces a layer of a block, delegates to it, and records its outputs for the current thread. */
final class LayerRecorder extends AbstractBlock {
  private final Block layer;
  private final ThreadLocal<Recording> recordings = new ThreadLocal<>();

  /** The last outputs of the layer in a forward of one thread. */
  static final class Recording {
    private @Nullable NDList outputs;

    @Nullable NDList outputs() {
      return outputs;
    }
  }

  LayerRecorder(Block layer) {
    this.layer = layer;
  }

  /** Runs a forward, and returns the outputs of the layer in it on this thread. */
  Recording record(Runnable forward) {
    Recording recording = new Recording();
    recordings.set(recording);
    try {
      forward.run();
      return recording;
    } finally {
      recordings.remove();
    }
  }

  Block layer() {
    return layer;
  }

  @Override
  protected NDList forwardInternal(
      ParameterStore parameters,
      NDList inputs,
      boolean training,
      @Nullable PairList<String, Object> params) {
    NDList outputs = layer.forward(parameters, inputs, training, params);
    Recording recording = recordings.get();
    if (recording != null) {
      // Copies, since later layers may work in place.
      NDList copies = new NDList(outputs.size());
      outputs.stream().map(NDArray::duplicate).forEach(copies::add);
      recording.outputs = copies;
    }
    return outputs;
  }

  @Override
  public Shape[] getOutputShapes(Shape[] inputShapes) {
    return layer.getOutputShapes(inputShapes);
  }
}
