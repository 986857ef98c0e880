package io.ostinato.model;

import ai.djl.ndarray.types.DataType;
import io.ostinato.onnx.OnnxTensors;
import io.ostinato.onnx.OnnxTensors.OnnxTensor;
import io.ostinato.onnx.ProtoFields;
import io.ostinato.weights.HostArray;
import io.ostinato.weights.WeightSnapshot;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * An ONNX model as a template: its initializers are replaced. A graph doesn't say which of them are
 * parameters. Those with several floating-point numbers are treated as such, since an exporter may
 * have computed them from parameters; others keep their elements if weights don't have them.
 */
record OnnxTemplate(byte[] content, Map<String, OnnxTensor> tensors) implements TemplateFile {

  static OnnxTemplate of(byte[] content) {
    Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
    try {
      for (OnnxTensor tensor : OnnxTensors.of(content)) {
        if (tensor.type() != DataType.UNKNOWN && isStoredAsArray(tensor)) {
          tensors.put(tensor.name(), tensor);
        } else if (tensor.type().isFloating()) {
          throw new IllegalArgumentException(
              "its initializer %s isn't stored as an array; export it with torch.onnx.export"
                  .formatted(WeightNames.shown(tensor.name())));
        }
      }
    } catch (ProtoFields.CutOffException e) {
      throw new IllegalArgumentException("the ONNX model is truncated", e);
    }
    if (tensors.values().stream().noneMatch(OnnxTemplate::isRequired)) {
      throw new IllegalArgumentException(
          "it has no initializers; export it with torch.onnx.export(…, export_params=True)");
    }
    return new OnnxTemplate(content, Collections.unmodifiableMap(tensors));
  }

  private static boolean isStoredAsArray(OnnxTensor tensor) {
    try {
      return HostArray.sizeBytes(tensor.type(), tensor.shape()) == tensor.bytes();
    } catch (IllegalArgumentException e) {
      return false; // a shape that can't exist
    }
  }

  private static boolean isRequired(OnnxTensor tensor) {
    boolean isNamedByExporter = tensor.name().contains("::") || tensor.name().startsWith("/");
    return tensor.type().isFloating() && (tensor.shape().size() > 1 || !isNamedByExporter);
  }

  @Override
  public List<TemplateArray> arrays() {
    List<TemplateArray> arrays = new ArrayList<>();
    tensors.forEach(
        (name, tensor) ->
            arrays.add(
                new TemplateArray(name, isRequired(tensor), tensor.type(), tensor.shape(), name)));
    return arrays;
  }

  @Override
  public byte[] with(Map<String, HostArray> values) {
    byte[] copy = content.clone();
    values.forEach(
        (name, value) -> {
          OnnxTensor tensor = Objects.requireNonNull(tensors.get(name), name);
          value.writeTo(ByteBuffer.wrap(copy, tensor.from(), tensor.bytes()));
        });
    return copy;
  }

  @Override
  public WeightSnapshot snapshotOf(byte[] model) {
    return OnnxSource.snapshotOf(model);
  }

  @Override
  public ModelSource source() {
    return ModelSource.onnx();
  }
}
