package io.ostinato.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;

/**
 * A model as {@code processData} sees it: in evaluation mode, gradients off. Inputs are taken by
 * their position, whatever their names. Thread-safe, where the model keeps nothing in its forward;
 * else a batch has it alone.
 */
@FunctionalInterface
public interface EvaluationModel {

  /**
   * Runs the model; the outputs belong to the scope of the inputs.
   *
   * @throws IllegalArgumentException as {@link ModelOutputs#toList} does, if not all outputs are
   *     arrays
   */
  NDList forward(NDList inputs);

  /**
   * Runs a model of one input and one output.
   *
   * @throws IndexOutOfBoundsException if the model has several outputs
   */
  default NDArray forward(NDArray input) {
    return forward(new NDList(input)).singletonOrThrow();
  }

  /** Runs the model; its outputs by position and name, in its own order. */
  default ModelOutputs outputs(NDList inputs) {
    return ModelOutputs.of(forward(inputs));
  }

  /**
   * Runs the model for what one of its layers gives, embeddings say.
   *
   * @param layer the name of a child of a DJL block, as {@code getChildren()} has it, in a path for
   *     a child of a child: {@code 02Linear}, {@code 01SequentialBlock/03LambdaBlock}
   * @return the layer's outputs, which belong to the scope of the inputs
   * @throws IllegalArgumentException if there is no such layer, listing those there are; if it is
   *     not run; or if the model is no DJL block
   */
  default NDList forward(NDList inputs, String layer) {
    throw new IllegalArgumentException(
        "only DJL blocks have layers that can be named, so '%s' can't be had; let the module"
                .formatted(layer)
            + " return it, or call a method that does");
  }

  /** The one output of one layer for one input; see {@link #forward(NDList, String)}. */
  default NDArray forward(NDArray input, String layer) {
    return forward(new NDList(input), layer).singletonOrThrow();
  }

  /**
   * Runs a method of a TorchScript module other than {@code forward}, as in {@code
   * call("get_embeddings", x)}; {@code torch.jit.export} keeps one in the file.
   *
   * @throws IllegalArgumentException if there is none of that name, listing those there are; or if
   *     the model is no TorchScript module
   */
  default ModelOutputs call(String method, NDList inputs) {
    throw new IllegalArgumentException(
        "only TorchScript modules have methods beside forward, so '%s' can't be called"
            .formatted(method));
  }

  /** Runs a method of one output; see {@link #call(String, NDList)}. */
  default NDArray call(String method, NDArray... inputs) {
    return call(method, new NDList(inputs)).first();
  }
}
