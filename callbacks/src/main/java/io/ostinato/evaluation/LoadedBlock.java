package io.ostinato.evaluation;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.Initializer;
import io.ostinato.weights.WeightSnapshot;

/** A DJL block on a device, refreshed in place. */
final class LoadedBlock implements LoadedModel {
  private final Device device;
  private final NDManager manager;
  private final Block block;
  private final ParameterStore parameters;

  LoadedBlock(BlockSource source, Device device) {
    this.device = device;
    this.manager = Engine.getInstance().newBaseManager(device);
    try {
      this.block = source.factory().get();
      // The weights follow with the first refresh; random ones would draw on the generator that
      // training draws on.
      block.setInitializer(Initializer.ZEROS, parameter -> true);
      block.initialize(manager, DataType.FLOAT32, source.inputShapes(1));
      block.freezeParameters(true);
      this.parameters = new ParameterStore(manager, false);
    } catch (RuntimeException | Error e) {
      manager.close();
      throw e;
    }
  }

  @Override
  public void refresh(WeightSnapshot snapshot) {
    BlockWeights.restore(block, snapshot);
  }

  @Override
  public EvaluationModel model() {
    return inputs -> block.forward(parameters, inputs, false);
  }

  @Override
  public Device device() {
    return device;
  }

  @Override
  public NDManager manager() {
    return manager;
  }

  @Override
  public void close() {
    manager.close();
  }
}
