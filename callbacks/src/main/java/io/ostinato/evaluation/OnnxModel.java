package io.ostinato.evaluation;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.training.ParameterStore;
import io.ostinato.weights.HostArray;
import java.util.List;

/**
 * An ONNX model that was loaded. Its engine's arrays can do next to nothing, so those of the
 * default engine go in and come out; its own live for one forward. Inputs are taken in their order,
 * whatever their names are; outputs have the model's names.
 */
record OnnxModel(Model model) implements EvaluationModel {

  @Override
  public NDList forward(NDList inputs) {
    List<String> names = model.describeInput().keys();
    if (inputs.size() != names.size()) {
      throw new IllegalArgumentException(
          "the ONNX model has the inputs %s; it was given %s array%s"
              .formatted(names, inputs.size(), inputs.size() == 1 ? "" : "s"));
    }
    try (NDManager scope = model.getNDManager().newSubManager()) {
      NDList given = new NDList(inputs.size());
      for (NDArray input : inputs) {
        given.add(scope.create(input.toByteBuffer(true), input.getShape(), input.getDataType()));
      }
      NDList outputs = model.getBlock().forward(new ParameterStore(scope, false), given, false);
      return copies(outputs, inputs.head().getManager());
    }
  }

  private static NDList copies(NDList outputs, NDManager manager) {
    NDList copies = new NDList(outputs.size());
    for (NDArray output : outputs) {
      if (output.getDataType() == DataType.STRING) {
        throw new IllegalArgumentException(
            "the output '%s' of the ONNX model is text; only numbers can be evaluated"
                .formatted(output.getName()));
      }
      String name = output.getName() == null ? "output_" + copies.size() : output.getName();
      HostArray content =
          HostArray.of(
              name, output.getDataType(), output.getShape(), List.of(output.toByteBuffer(true)));
      copies.add(content.copyTo(manager));
    }
    return copies;
  }
}
