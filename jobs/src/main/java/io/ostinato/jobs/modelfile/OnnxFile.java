package io.ostinato.jobs.modelfile;

import io.ostinato.onnx.ProtoFields;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The protocol buffer of an ONNX model. Checks it on the driver, before executors would fail with
 * an error of the native engine. Field numbers are those of onnx.proto.
 */
record OnnxFile(byte[] content) {
  /** The tag of the format's version, a number, which is written first. */
  private static final byte FIRST = 1 << 3;

  private static final int GRAPH = 7;
  private static final int OPERATORS = 8;
  private static final int GRAPH_WEIGHTS = 5;
  private static final int GRAPH_OUTPUT = 12;
  private static final int TENSOR_PLACE = 14;
  private static final int TENSOR_ELSEWHERE = 13;
  private static final int VALUE_NAME = 1;
  private static final int VALUE_TYPE = 2;
  private static final int TYPE_TENSOR = 1;
  private static final int ELEMENT_TYPE = 1;
  private static final int TEXT = 8;
  private static final int ENTRY_KEY = 1;
  private static final int ENTRY_VALUE = 2;

  /** Why this can't be evaluated; empty if it can. */
  Optional<String> mistake() {
    if (content.length == 0 || content[0] != FIRST) {
      return Optional.of("it is not an ONNX model");
    }
    try {
      Optional<String> mistake = mistake(new ProtoFields(content));
      if (mistake.isEmpty()) {
        addOutputs(new ArrayList<>()); // which may be incomplete, too
      }
      return mistake;
    } catch (ProtoFields.CutOffException e) {
      return Optional.of(cutOff());
    }
  }

  private Optional<String> mistake(ProtoFields model) {
    Optional<String> mistake = Optional.empty();
    boolean graph = false;
    boolean operators = false;
    while (model.next()) {
      if (model.field() == GRAPH) {
        graph = true;
        mistake = mistakeOfGraph(model.message());
      }
      operators |= model.field() == OPERATORS;
    }
    return graph && operators ? mistake : Optional.of(cutOff());
  }

  /** The names of the outputs that are tensors of numbers. Requires a model without a mistake. */
  List<String> outputs() {
    List<String> names = new ArrayList<>();
    addOutputs(names);
    return names;
  }

  private void addOutputs(List<String> names) {
    for (ProtoFields model = new ProtoFields(content); model.next(); ) {
      if (model.field() == GRAPH) {
        for (ProtoFields graph = model.message(); graph.next(); ) {
          if (graph.field() == GRAPH_OUTPUT) {
            addOutput(names, graph.message());
          }
        }
      }
    }
  }

  private static void addOutput(List<String> names, ProtoFields value) {
    String name = "";
    boolean isText = false;
    while (value.next()) {
      name = value.field() == VALUE_NAME ? value.text() : name;
      if (value.field() == VALUE_TYPE) {
        ProtoFields type = value.message();
        ProtoFields tensor = type.next() ? type.message() : type;
        while (tensor.next()) {
          isText |= tensor.field() == ELEMENT_TYPE && tensor.number() == TEXT;
        }
      }
    }
    if (!isText) {
      names.add(name);
    }
  }

  private String cutOff() {
    return "the ONNX model is truncated after %s bytes; was it still being written?"
        .formatted(content.length);
  }

  private static Optional<String> mistakeOfGraph(ProtoFields graph) {
    Optional<String> mistake = Optional.empty();
    while (mistake.isEmpty() && graph.next()) {
      if (graph.field() == GRAPH_WEIGHTS) {
        mistake = mistakeOfWeights(graph.message());
      } else if (graph.field() == GRAPH_OUTPUT) {
        mistake = mistakeOfOutput(graph.message());
      }
    }
    return mistake;
  }

  private static Optional<String> mistakeOfWeights(ProtoFields tensor) {
    String file = "";
    boolean elsewhere = false;
    while (tensor.next()) {
      if (tensor.field() == TENSOR_ELSEWHERE) {
        file = locationOr(file, tensor.message());
      }
      elsewhere |= tensor.field() == TENSOR_PLACE && tensor.number() == 1;
    }
    return elsewhere
        ? Optional.of(
            "its weights are in another file, %s; export a single file with"
                    .formatted(PickledEntry.quoted(file))
                + " torch.onnx.export(…, external_data=False)")
        : Optional.empty();
  }

  private static String locationOr(String otherwise, ProtoFields entry) {
    String key = "";
    String value = "";
    while (entry.next()) {
      key = entry.field() == ENTRY_KEY ? entry.text() : key;
      value = entry.field() == ENTRY_VALUE ? entry.text() : value;
    }
    return key.equals("location") ? value : otherwise;
  }

  private static Optional<String> mistakeOfOutput(ProtoFields value) {
    String name = "";
    boolean tensor = true;
    while (value.next()) {
      name = value.field() == VALUE_NAME ? value.text() : name;
      if (value.field() == VALUE_TYPE) {
        ProtoFields type = value.message();
        tensor = type.next() && type.field() == TYPE_TENSOR;
      }
    }
    return tensor
        ? Optional.empty()
        : Optional.of(
            "its output %s is not a tensor; convert a scikit-learn model with the option"
                    .formatted(PickledEntry.quoted(name))
                + " zipmap=False");
  }
}
