package io.ostinato.model;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.training.ParameterStore;
import io.ostinato.model.ModelOutputs.Output;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A loaded ONNX model. Its engine's arrays support hardly any operations, so inputs and outputs are
 * arrays of the default engine; the engine's own exist only during a forward. Inputs of a list are
 * passed by position, whatever their names; outputs have the model's names.
 */
record OnnxModel(Model model, Consumer<String> notes) implements EvaluationModel {

  @Override
  public NDList forward(NDList inputs) {
    return outputs(inputs).toList();
  }

  @Override
  public ModelOutputs outputs(Map<String, NDArray> inputs) {
    List<String> names = model.describeInput().keys();
    if (!inputs.keySet().equals(Set.copyOf(names))) {
      throw new IllegalArgumentException(
          "the ONNX model has the inputs %s; given: %s"
              .formatted(names, List.copyOf(inputs.keySet())));
    }
    NDList inOrder = new NDList();
    names.forEach(name -> inOrder.add(inputs.get(name)));
    return outputs(inOrder);
  }

  @Override
  public ModelOutputs outputs(NDList inputs) {
    List<String> names = model.describeInput().keys();
    if (inputs.size() != names.size()) {
      throw new IllegalArgumentException(
          "the ONNX model has the inputs %s, but %s array%s passed"
              .formatted(names, inputs.size(), inputs.size() == 1 ? " was" : "s were"));
    }
    try (NDManager scope = model.getNDManager().newSubManager()) {
      NDList given = new NDList(inputs.size());
      for (NDArray input : inputs) {
        given.add(scope.create(input.toByteBuffer(true), input.getShape(), input.getDataType()));
      }
      NDList outputs = model.getBlock().forward(new ParameterStore(scope, false), given, false);
      return copies(outputs, inputs.head().getManager(), notes);
    }
  }

  private static ModelOutputs copies(NDList outputs, NDManager manager, Consumer<String> notes) {
    List<Output> copies = new ArrayList<>();
    for (NDArray output : outputs) {
      String position = Integer.toString(copies.size());
      String name = output.getName() == null ? "output_" + position : output.getName();
      if (output.getDataType() == DataType.STRING) {
        copies.add(new Output(position, name, null, "text"));
        continue;
      }
      copies.add(
          new Output(
              position, name, OutputCopy.of(name, output).copyTo(manager), ModelOutputs.TENSOR));
    }
    return new ModelOutputs(ModelOutputs.Order.GIVEN, copies, notes);
  }
}
