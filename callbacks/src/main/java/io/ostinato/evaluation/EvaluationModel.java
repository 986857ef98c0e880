package io.ostinato.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;

/** A model as {@code processData} sees it: in evaluation mode, gradients off. Thread-safe. */
@FunctionalInterface
public interface EvaluationModel {

  /** Runs the model; the outputs belong to the scope of the inputs. */
  NDList forward(NDList inputs);

  /**
   * Runs a model of one input and one output.
   *
   * @throws IndexOutOfBoundsException if the model has several outputs
   */
  default NDArray forward(NDArray input) {
    return forward(new NDList(input)).singletonOrThrow();
  }
}
