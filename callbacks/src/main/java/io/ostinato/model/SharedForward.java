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
 * A model that runs only once for the same columns of a batch, however many callbacks call it. Each
 * caller gets a copy of the outputs, so that callers don't affect each other. Not thread-safe.
 */
public final class SharedForward extends DelegatingModel {
  private final EvaluationModel model;
  private final Map<NDArray, Integer> columns = new IdentityHashMap<>();
  private final Map<List<Input>, ModelOutputs> outputs = new HashMap<>();

  /** A column, and the name under which it is passed to the model. */
  private record Input(int column, @Nullable String name) {}

  /** Wraps a model, which is run at the first call and again only for different columns. */
  public SharedForward(EvaluationModel model) {
    this.model = model;
  }

  /** Registers the arrays of a batch, in the order of its columns, as these columns. */
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
