package io.ostinato.model;

import ai.djl.Device;
import ai.djl.ndarray.types.Shape;
import java.io.Serializable;
import java.util.List;

/**
 * The architecture of a model: what an executor requires, besides the weights, to load it on a
 * device. Serializable.
 */
public sealed interface ModelSource extends Serializable
    permits BlockSource, TorchScriptSource, OnnxSource {

  /**
   * A DJL block.
   *
   * @param inputShapes the shape of each input, without the batch dimension
   */
  static ModelSource ofBlock(BlockFactory factory, Shape... inputShapes) {
    return new BlockSource(factory, List.of(inputShapes));
  }

  /** A TorchScript module; its snapshots are created by {@link TorchScriptSource#snapshotOf}. */
  static ModelSource torchScript() {
    return new TorchScriptSource();
  }

  /**
   * An ONNX model; its snapshots are created by {@link OnnxSource#snapshotOf}. Requires DJL's
   * OnnxRuntime engine on the class path.
   */
  static ModelSource onnx() {
    return new OnnxSource();
  }

  /**
   * Whether a refresh writes the changed weights into the model's memory. Otherwise it loads the
   * model again, which takes all weights, including those that the model had before.
   */
  boolean isRefreshedInPlace();

  /** Builds the architecture on a device; it can't be used before its first refresh. */
  LoadedModel build(Device device);
}
