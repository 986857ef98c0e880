package io.ostinato.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.Map;

/** A model that delegates to another one, which can be a different one for each run. */
abstract class DelegatingModel implements EvaluationModel {

  /** Returns the model to run now. */
  abstract EvaluationModel model();

  @Override
  public NDList forward(NDList inputs) {
    return model().forward(inputs);
  }

  @Override
  public ModelOutputs outputs(NDList inputs) {
    return model().outputs(inputs);
  }

  @Override
  public ModelOutputs outputs(Map<String, NDArray> inputs) {
    return model().outputs(inputs);
  }

  @Override
  public NDList forward(NDList inputs, String layer) {
    return model().forward(inputs, layer);
  }

  @Override
  public ModelOutputs call(String method, NDList inputs) {
    return model().call(method, inputs);
  }
}
