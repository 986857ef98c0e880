package io.ostinato.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The running statistics of a block's batch norms, which a forward pass changes. */
final class RunningStatistics implements AutoCloseable {
  private static final Set<Parameter.Type> STATISTICS =
      EnumSet.of(Parameter.Type.RUNNING_MEAN, Parameter.Type.RUNNING_VAR);

  private final NDManager manager;
  private final List<NDArray> arrays = new ArrayList<>();
  private final List<NDArray> copies = new ArrayList<>();

  RunningStatistics(Block block, NDManager parent) {
    this.manager = parent.newSubManager();
    for (Parameter parameter : block.getParameters().values()) {
      if (STATISTICS.contains(parameter.getType())) {
        NDArray copy = parameter.getArray().duplicate();
        copy.attach(manager);
        arrays.add(parameter.getArray());
        copies.add(copy);
      }
    }
  }

  /** Saves a copy of the current values. */
  void remember() {
    for (int i = 0; i < arrays.size(); i++) {
      arrays.get(i).copyTo(copies.get(i));
    }
  }

  /** Restores the saved values. */
  void restore() {
    for (int i = 0; i < arrays.size(); i++) {
      copies.get(i).copyTo(arrays.get(i));
    }
  }

  @Override
  public void close() {
    manager.close();
  }
}
