package io.ostinato.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A model that runs once for the same columns of one batch, however many callbacks ask. Each of
 * them gets a copy of the outputs, so that none sees what another does with them. For one thread.
 */
public final class SharedForward extends DelegatingModel {
  private final EvaluationModel model;
  private final Map<NDArray, Integer> columns = new IdentityHashMap<>();
  private final Map<List<Input>, ModelOutputs> outputs = new HashMap<>();

  /** A column, and the name under which the model gets it. */
  private record Input(int column, @Nullable String name) {}

  /** Runs this model at the first call, and again only for other columns. */
  public SharedForward(EvaluationModel model) {
    this.model = model;
  }

  /** Makes the arrays of a batch known, in the order of its columns, as these columns. */
  public void know(NDList arrays) {
    for (int column = 0; column < arrays.size(); column++) {
      columns.put(arrays.get(column), column);
    }
  }

  @Override
  public NDList forward(NDList inputs) {
    return outputs(inputs).toList();
  }

  @Override
  public ModelOutputs outputs(NDList inputs) {
    List<Input> key = new ArrayList<>();
    for (NDArray input : inputs) {
      Integer column = columns.get(input);
      if (column == null) {
        return model.outputs(inputs);
      }
      key.add(new Input(column, input.getName()));
    }
    ModelOutputs first = outputs.get(key);
    if (first == null) {
      first = model.outputs(inputs);
      outputs.put(key, first);
    }
    return first.map(SharedForward::copy);
  }

  @Override
  EvaluationModel model() {
    return model;
  }

  private static NDArray copy(NDArray array) {
    NDArray copy = array.duplicate();
    if (!Objects.equals(array.getName(), copy.getName())) {
      copy.setName(array.getName());
    }
    return copy;
  }
}
