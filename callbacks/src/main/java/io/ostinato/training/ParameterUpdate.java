package io.ostinato.training;

import ai.djl.Device;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.training.Trainer;
import ai.djl.training.optimizer.Optimizer;

/**
 * The forward pass and the optimizer's step of a trainer, whatever the gradients are.
 *
 * <p>{@link Trainer#step} refuses its first steps if the gradients sum to zero, in case the
 * backward pass was forgotten. Here, a gradient of zero is treated like any other: the optimizer
 * makes an update in which its moments decay, as PyTorch's optimizers do.
 */
final class ParameterUpdate {
  private final Block block;
  private final ParameterStore store;

  /** Creates one for the initialized block of a trainer with a single device. */
  ParameterUpdate(Trainer trainer, Optimizer optimizer) {
    this.block = trainer.getModel().getBlock();
    Device[] devices = trainer.getDevices();
    this.store = new ParameterStore(trainer.getManager(), false);
    store.setParameterServer(
        trainer.getManager().getEngine().newParameterServer(optimizer), devices);
    for (Parameter parameter : block.getParameters().values()) {
      // Parameters that no forward pass uses are updated too.
      store.getValue(parameter, devices[0], true);
    }
  }

  /** Runs the block in training mode. */
  NDList forward(NDList inputs, NDList labels) {
    return block.forward(store, inputs, labels, null);
  }

  /** Updates the parameters that are not frozen, and clears their gradients. */
  void step() {
    store.updateAllParameters();
  }
}
