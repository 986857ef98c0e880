package io.ostinato.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;

/**
 * A model as passed to {@code processData}: in evaluation mode, without gradients. Inputs are
 * passed by position, whatever their names. Thread-safe if the model's forward keeps no state;
 * otherwise a batch has exclusive use of it.
 */
@FunctionalInterface
public interface EvaluationModel {

  /**
   * Runs the model. The outputs belong to the scope of the inputs.
   *
   * @throws IllegalArgumentException if not all outputs are arrays, as for {@link
   *     ModelOutputs#toList}
   */
  NDList forward(NDList inputs);

  /**
   * Runs a model with one input and one output.
   *
   * @throws IndexOutOfBoundsException if the model has several outputs
   */
  default NDArray forward(NDArray input) {
    return forward(new NDList(input)).singletonOrThrow();
  }

  /** Runs the model, and returns the outputs by position and name, in the model's own order. */
  default ModelOutputs outputs(NDList inputs) {
    return ModelOutputs.of(forward(inputs));
  }

  /**
   * Runs the model, and returns the outputs of one of its layers, such as embeddings.
   *
   * @param layer the name of a child of a DJL block as in {@code getChildren()}, or a path for
   *     nested children: {@code 02Linear}, {@code 01SequentialBlock/03LambdaBlock}
   * @return the layer's outputs, which belong to the scope of the inputs
   * @throws IllegalArgumentException if there is no such layer (the message lists the layers), if
   *     the layer is not run, or if the model is not a DJL block
   */
  default NDList forward(NDList inputs, String layer) {
    throw new IllegalArgumentException(
        "the layer '%s' is not available, since only DJL blocks have named layers; make the"
                .formatted(layer)
            + " module return it, or call a method that does");
  }

  /** Returns the only output of a layer for one input; see {@link #forward(NDList, String)}. */
  default NDArray forward(NDArray input, String layer) {
    return forward(new NDList(input), layer).singletonOrThrow();
  }

  /**
   * Runs a method of a TorchScript module other than {@code forward}: {@code call("get_embeddings",
   * x)}. {@code torch.jit.export} keeps such a method in the file.
   *
   * @throws IllegalArgumentException if there is no such method (the message lists the methods), or
   *     if the model is not a TorchScript module
   */
  default ModelOutputs call(String method, NDList inputs) {
    throw new IllegalArgumentException(
        "only TorchScript modules have methods other than forward, so '%s' can't be called"
            .formatted(method));
  }

  /** Runs a method and returns its first output; see {@link #call(String, NDList)}. */
  default NDArray call(String method, NDArray... inputs) {
    return call(method, new NDList(inputs)).first();
  }
}
