package io.ostinato.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import io.ostinato.model.ModelOutputs.Order;
import io.ostinato.model.ModelOutputs.Output;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Flattens the result of a module, however nested, in the module's own order.
 *
 * @param manager the owner of the arrays
 * @param namedTuples the fields of each named tuple, by its qualified name
 */
record TorchOutputs(PtNDManager manager, Map<String, List<String>> namedTuples) {
  /** Flattens a result, which stays open. */
  ModelOutputs of(IValue result, Consumer<String> notes) {
    List<Output> outputs = new ArrayList<>();
    boolean isDict = result.isMap();
    if (isContainer(result)) {
      addParts("", "", result, outputs);
    } else {
      add("0", "0", result, outputs);
    }
    return new ModelOutputs(isDict ? Order.BY_NAME : Order.GIVEN, outputs, notes);
  }

  private void add(String position, String name, IValue value, List<Output> outputs) {
    if (value.isTensor()) {
      outputs.add(output(position, name, readable(value.toTensor(manager)), ModelOutputs.TENSOR));
    } else if (value.isDouble()) {
      outputs.add(output(position, name, manager.create(value.toDouble()), "float"));
    } else if (value.isLong()) {
      outputs.add(output(position, name, manager.create(value.toLong()), "int"));
    } else if (value.isBoolean()) {
      outputs.add(output(position, name, manager.create(value.toBoolean()), "bool"));
    } else if (isContainer(value)) {
      addParts(position + ".", name + ".", value, outputs);
    } else {
      outputs.add(new Output(position, name, null, value.getType()));
    }
  }

  /** Converts bfloat16, which DJL doesn't support, to float32, which represents all its values. */
  private static NDArray readable(NDArray array) {
    return array.getDataType() == DataType.UNKNOWN ? array.toType(DataType.FLOAT32, true) : array;
  }

  private static Output output(String position, String name, NDArray array, String type) {
    if (!name.equals(position)) {
      array.setName(name);
    }
    return new Output(position, name, array, type);
  }

  private void addParts(
      String positionPrefix, String namePrefix, IValue container, List<Output> outputs) {
    List<Part> parts = parts(container);
    try {
      for (int i = 0; i < parts.size(); i++) {
        String name = parts.get(i).name();
        add(
            positionPrefix + i,
            namePrefix + (name.isEmpty() ? Integer.toString(i) : name),
            parts.get(i).value(),
            outputs);
      }
    } finally {
      parts.forEach(part -> part.value().close());
    }
  }

  /** A value in a container, with its name; empty if it has none. */
  record Part(String name, IValue value) {}

  private List<Part> parts(IValue container) {
    if (container.isMap()) {
      return OrderedDict.parts(container);
    }
    boolean isTuple = container.isTuple();
    IValue[] values = isTuple ? container.toIValueTuple() : container.toIValueArray();
    List<String> names =
        isTuple ? namedTuples.getOrDefault(container.getType(), List.of()) : List.of();
    List<Part> parts = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      parts.add(new Part(i < names.size() ? names.get(i) : "", values[i]));
    }
    return parts;
  }

  private static boolean isContainer(IValue value) {
    return value.isMap() || value.isTuple() || value.isList();
  }
}
