package io.ostinato.onnx;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Where an ONNX model has its initializers, the tensors of its graph. Field numbers are those of
 * onnx.proto.
 */
public final class OnnxTensors {
  private static final int GRAPH = 7;
  private static final int INITIALIZER = 5;
  private static final int DIMENSIONS = 1;
  private static final int TYPE = 2;
  private static final int FLOATS = 4;
  private static final int NAME = 8;
  private static final int RAW = 9;
  private static final int DOUBLES = 10;

  private static final Map<Integer, DataType> TYPES =
      Map.ofEntries(
          Map.entry(1, DataType.FLOAT32),
          Map.entry(2, DataType.UINT8),
          Map.entry(3, DataType.INT8),
          Map.entry(4, DataType.UINT16),
          Map.entry(5, DataType.INT16),
          Map.entry(6, DataType.INT32),
          Map.entry(7, DataType.INT64),
          Map.entry(9, DataType.BOOLEAN),
          Map.entry(10, DataType.FLOAT16),
          Map.entry(11, DataType.FLOAT64),
          Map.entry(12, DataType.UINT32),
          Map.entry(13, DataType.UINT64),
          Map.entry(16, DataType.BFLOAT16));

  private OnnxTensors() {}

  /**
   * An initializer.
   *
   * @param type {@link DataType#UNKNOWN} for types that DJL doesn't have, such as text
   * @param from the position of its elements in the file, little-endian and in row-major order
   * @param bytes the size of its elements; 0 if they are stored in another form, such as numbers of
   *     variable length
   */
  public record OnnxTensor(String name, DataType type, Shape shape, int from, int bytes) {
    /** The position after its elements. */
    public int to() {
      return from + bytes;
    }
  }

  /**
   * The initializers, in the order of the file.
   *
   * @throws ProtoFields.CutOffException if the model is incomplete
   */
  public static List<OnnxTensor> of(byte[] model) {
    List<OnnxTensor> tensors = new ArrayList<>();
    for (ProtoFields fields = new ProtoFields(model); fields.next(); ) {
      if (fields.field() == GRAPH) {
        for (ProtoFields graph = fields.message(); graph.next(); ) {
          if (graph.field() == INITIALIZER) {
            tensors.add(tensor(graph.message()));
          }
        }
      }
    }
    return tensors;
  }

  private static OnnxTensor tensor(ProtoFields tensor) {
    List<Long> dimensions = new ArrayList<>();
    DataType type = DataType.UNKNOWN;
    String name = "";
    int from = 0;
    int bytes = 0;
    while (tensor.next()) {
      switch (tensor.field()) {
        case DIMENSIONS -> dimensions.addAll(tensor.numbers());
        case TYPE -> type = TYPES.getOrDefault((int) tensor.number(), DataType.UNKNOWN);
        case NAME -> name = tensor.text();
        case RAW, FLOATS, DOUBLES -> {
          from = tensor.start();
          bytes = tensor.sizeBytes();
        }
        default -> {}
      }
    }
    return new OnnxTensor(name, type, new Shape(dimensions), from, bytes);
  }
}
