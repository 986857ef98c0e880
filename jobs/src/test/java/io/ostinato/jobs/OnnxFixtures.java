package io.ostinato.jobs;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import io.ostinato.jobs.model.Architecture;
import io.ostinato.jobs.model.Architectures;
import io.ostinato.model.BlockWeights;
import io.ostinato.model.LoadedModel;
import io.ostinato.model.ModelSource;
import io.ostinato.weights.HostArray;
import io.ostinato.weights.WeightSnapshot;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;

/** ONNX models, written field by field as onnx.proto numbers them. */
public final class OnnxFixtures {
  /** What {@link #mlp} is as an architecture of ours. */
  public static final String MLP = "mlp:outputs=3,input_shape=[1,5,5],hidden=[4]";

  /** Any number of images of 5 by 5 pixels. */
  private static final List<Object> IMAGES = List.of("rows", 1, 5, 5);

  private static final List<Object> ANY = List.of();

  /** The number of a data type in onnx.proto. */
  public static final int FLOAT = 1;

  private OnnxFixtures() {}

  /** Weights of the architecture, random by a seed. */
  public static WeightSnapshot weights(int seed) {
    Engine.getInstance().setRandomSeed(seed);
    try (NDManager manager = Engine.getInstance().newBaseManager()) {
      Block block = Architectures.parse("--architecture", MLP).get();
      block.initialize(manager, DataType.FLOAT32, new Shape(1, 1, 5, 5));
      return BlockWeights.snapshot(block);
    }
  }

  /** PyTorch's outputs of the architecture with these weights for the images. */
  public static float[][] outputs(WeightSnapshot weights) throws IOException {
    Architecture architecture = Architectures.parse("--architecture", MLP);
    try (LoadedModel model =
        ModelSource.ofBlock(architecture, new Shape(1, 5, 5)).build(Device.cpu())) {
      model.refresh(weights);
      NDArray images = model.manager().create(TorchFixtures.images()).reshape(-1, 1, 5, 5);
      float[] all = model.model().forward(new NDList(images)).singletonOrThrow().toFloatArray();
      float[][] rows = new float[TorchFixtures.ROWS][TorchFixtures.CLASSES];
      for (int i = 0; i < all.length; i++) {
        rows[i / TorchFixtures.CLASSES][i % TorchFixtures.CLASSES] = all[i];
      }
      return rows;
    }
  }

  /** The architecture with these weights: {@code float32 (rows, 1, 5, 5)} to {@code (rows, 3)}. */
  public static byte[] mlp(WeightSnapshot weights) {
    return mlp(weights, IMAGES);
  }

  /** The same for one image at a time, as an export without dynamic axes writes it. */
  public static byte[] mlpOfOneRow(WeightSnapshot weights) {
    return mlp(weights, List.of(1, 1, 5, 5));
  }

  /** A model that has its weights in a file beside it. */
  public static byte[] mlpWithWeightsElsewhere(String file) {
    return model(
        graph -> {
          graph.message(1, node -> node(node, "Identity", List.of("w"), "out"));
          graph.message(
              5,
              tensor -> {
                tensor.number(1, 4).number(2, FLOAT).text(8, "w");
                tensor.message(13, entry -> entry.text(1, "location").text(2, file));
                tensor.number(14, 1);
              });
          graph.message(12, value -> value(value, "out", FLOAT, List.of(4)));
        });
  }

  /** Outputs that are sequences, as a classifier of scikit-learn has. */
  public static byte[] sequence() {
    return model(
        graph -> {
          graph.message(1, node -> node(node, "SequenceConstruct", List.of("image"), "scores"));
          graph.message(11, value -> value(value, "image", FLOAT, IMAGES));
          graph.message(
              12,
              value ->
                  value
                      .text(1, "scores")
                      .message(
                          2,
                          type ->
                              type.message(
                                  4,
                                  sequence -> sequence.message(1, e -> tensor(e, FLOAT, IMAGES)))));
        });
  }

  /** One node, whose inputs of any shape are called a, b and c. */
  public static byte[] node(String operator, int elementType, int inputs, String output) {
    List<String> names = List.of("a", "b", "c").subList(0, inputs);
    return model(
        graph -> {
          graph.message(1, node -> node(node, operator, names, output));
          names.forEach(name -> graph.message(11, value -> value(value, name, elementType, ANY)));
          graph.message(12, value -> value(value, output, elementType, ANY));
        });
  }

  private static byte[] mlp(WeightSnapshot weights, List<Object> images) {
    List<HostArray> arrays = weights.arrays();
    List<String> names = List.of("w1", "b1", "w2", "b2");
    return model(
        graph -> {
          graph.message(1, node -> node(node, "Flatten", List.of("image"), "pixels"));
          graph.message(1, node -> gemm(node, List.of("pixels", "w1", "b1"), "hidden"));
          graph.message(1, node -> node(node, "Relu", List.of("hidden"), "active"));
          graph.message(1, node -> gemm(node, List.of("active", "w2", "b2"), "logits"));
          for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            HostArray array = arrays.get(i);
            graph.message(5, tensor -> weight(tensor, name, array));
          }
          graph.message(11, value -> value(value, "image", FLOAT, images));
          graph.message(12, value -> value(value, "logits", FLOAT, List.of(images.get(0), 3)));
        });
  }

  /** A model of these versions of the format and of its operators. */
  public static byte[] withVersions(int format, int opset) {
    return model(
        format,
        opset,
        graph -> {
          graph.message(1, node -> node(node, "Identity", List.of("a"), "out"));
          graph.message(11, value -> value(value, "a", FLOAT, ANY));
          graph.message(12, value -> value(value, "out", FLOAT, ANY));
        });
  }

  private static byte[] model(Consumer<Message> graph) {
    return model(8, 17, graph);
  }

  private static byte[] model(int format, int opset, Consumer<Message> graph) {
    Message model = new Message();
    model.number(1, format).text(2, "ostinato");
    model.message(7, g -> graph.accept(g.text(2, "test")));
    model.message(8, operators -> operators.text(1, "").number(2, opset));
    return model.bytes();
  }

  private static void gemm(Message node, List<String> inputs, String output) {
    node(node, "Gemm", inputs, output);
    // Weights are (outputs, inputs).
    node.message(5, attribute -> attribute.text(1, "transB").number(3, 1).number(20, 2));
  }

  private static void node(Message node, String operator, List<String> inputs, String output) {
    inputs.forEach(input -> node.text(1, input));
    node.text(2, output).text(4, operator);
  }

  private static void weight(Message tensor, String name, HostArray array) {
    for (long dimension : array.shape().getShape()) {
      tensor.number(1, dimension);
    }
    tensor.number(2, FLOAT).text(8, name).bytes(9, array.bytes());
  }

  /** Dimensions are numbers or names. */
  private static void value(Message value, String name, int elementType, List<Object> shape) {
    value.text(1, name).message(2, type -> type.message(1, t -> tensor(t, elementType, shape)));
  }

  private static void tensor(Message tensor, int elementType, List<Object> shape) {
    tensor.number(1, elementType);
    if (!shape.equals(ANY)) {
      tensor.message(2, dimensions -> shape.forEach(d -> dimensions.message(1, m -> dim(m, d))));
    }
  }

  private static void dim(Message dimension, Object size) {
    if (size instanceof Integer number) {
      dimension.number(1, number);
    } else {
      dimension.text(2, size.toString());
    }
  }

  /** A message as protocol buffers write it. */
  private static final class Message {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Message number(int field, long value) {
      varint(field << 3);
      varint(value);
      return this;
    }

    Message text(int field, String value) {
      return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    Message bytes(int field, byte[] value) {
      varint(field << 3 | 2);
      varint(value.length);
      out.writeBytes(value);
      return this;
    }

    Message message(int field, Consumer<Message> fill) {
      Message message = new Message();
      fill.accept(message);
      return bytes(field, message.bytes());
    }

    byte[] bytes() {
      return out.toByteArray();
    }

    private void varint(long value) {
      long rest = value;
      while (rest >>> 7 != 0) {
        out.write((int) (rest & 0x7F | 0x80));
        rest >>>= 7;
      }
      out.write((int) rest);
    }
  }
}
