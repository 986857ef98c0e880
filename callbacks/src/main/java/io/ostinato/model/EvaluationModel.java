package io.ostinato.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.Map;

/**
 * A model as passed to {@code processData}: in evaluation mode, without gradients. Inputs of a list
 * are passed by position, whatever their names, unless a single parameter of the forward of a
 * TorchScript module takes tensors, and is a dict, a list or a tuple of them: it then gets all of
 * them, in a dict by their names. Thread-safe if the model's forward keeps no state; otherwise a
 * batch has exclusive use of it.
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
   * Runs the model with inputs by name: parameters of the {@code forward} of a TorchScript module,
   * or inputs of an ONNX graph. An entry of a dict is {@code batch.image}, that of a list or tuple
   * {@code pair.0}, where {@code batch} and {@code pair} are parameters; if only one parameter
   * takes tensors, it can be omitted. Parameters of a module with a default, or that may be {@code
   * None}, can be left out.
   *
   * @param inputs at least one array
   * @throws IllegalArgumentException if an input is missing or unknown (the message lists what the
   *     model takes), or if the model has no names of inputs, as a DJL block
   */
  default ModelOutputs outputs(Map<String, NDArray> inputs) {
    throw new IllegalArgumentException(
        "the inputs %s are given by name, but only TorchScript modules and ONNX models have names of inputs; give them by position"
            .formatted(inputs.keySet()));
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
