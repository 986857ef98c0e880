package io.ostinato.jobs.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.ParameterStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchitecturesTest {
  @TempDir Path folder;

  /** What a user may have on the class path. */
  public static final class MyNet extends SequentialBlock {
    public MyNet(Map<String, Object> options) {
      add(Linear.builder().setUnits(Long.parseLong(String.valueOf(options.get("units")))).build());
    }
  }

  @Test
  void aKindAndItsKeysMakeABlockWithTheShapesOfItsInputs() throws Exception {
    assertThat(
            output("mlp:input_shape=[1,8,8],outputs=7,hidden=[32,16],batch_norm=true,dropout=0.5"))
        .isEqualTo(new Shape(2, 7));
    assertThat(output("mlp:input_shape=4,outputs=3,hidden=8,activation=gelu"))
        .isEqualTo(new Shape(2, 3));
    assertThat(output("{kind: mlp, input_shape: [4], outputs: 3}")).isEqualTo(new Shape(2, 3));
    assertThat(output("digits_cnn")).isEqualTo(new Shape(2, 10));
    assertThat(output("resnet18:classes=5,input_shape=[3,32,32],stem=small,filters=4"))
        .isEqualTo(new Shape(2, 5));
    assertThat(output("resnet18:classes=5,input_shape=[1,64,64],filters=4"))
        .isEqualTo(new Shape(2, 5));
    assertThat(output(MyNet.class.getName() + ":input_shapes=[[4]],options={units: 6}"))
        .isEqualTo(new Shape(2, 6));
  }

  @Test
  void aResnet18HasTheParametersOfThePaper() {
    Block block = Architectures.parse("--architecture", "resnet18:classes=1000").get();
    try (NDManager manager = Engine.getInstance().newBaseManager()) {
      block.initialize(manager, DataType.FLOAT32, new Shape(1, 3, 224, 224));
      assertThat(
              block.getParameters().values().stream()
                  .filter(parameter -> parameter.requiresGradient())
                  .mapToLong(parameter -> parameter.getArray().size())
                  .sum())
          .isEqualTo(11_689_512);
    }
  }

  @Test
  void theModelOfAConfigurationFileCounts() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("config.yaml"),
            "seed: 1\nmodel:\n  kind: mlp\n  input_shape: [4]\n  outputs: 3\n");
    assertThat(Architectures.parse("--architecture", file.toString()))
        .isEqualTo(Architectures.parse("--architecture", "mlp:input_shape=[4],outputs=3"));
    Files.writeString(file, "model:\n  kind: mlp\n  outputz: 3\n  input_shape: [4]\n");
    assertThatThrownBy(() -> Architectures.parse("--architecture", file.toString()))
        .hasMessage(
            """
            %s:2: 'outputs' is missing: Number of outputs.
            %<s:3: unknown key 'outputz'; did you mean 'outputs'?\
            """
                .formatted(file));
    assertThatThrownBy(() -> Architectures.parse("--architecture", "gone.yaml"))
        .hasMessage("there is no file 'gone.yaml'");
  }

  @Test
  void whatCantBeMadeIsRefusedWithTheReason() {
    refuses("mpl:outputs=3", "unknown kind 'mpl'; did you mean 'mlp'?");
    refuses("mlp:outputs=0,input_shape=[4]", "'outputs' must be at least 1; given: 0");
    refuses("mlp:outputs=x,input_shape=[4]", "'outputs' must be a whole number; given: 'x'");
    refuses("torchscript", "a TorchScript module can't be trained");
    refuses("com.example.Gone:input_shapes=[[4]]", "there is no class 'com.example.Gone'");
    refuses(
        "java.lang.String:input_shapes=[[4]]",
        "the class 'java.lang.String' is not a subtype of ai.djl.nn.Block");
    refuses(
        "resnet18:classes=5,input_shape=[32,32]",
        "input_shape must be [channels, height, width]; given: [32, 32]");
    refuses("mlp:outputs=[", "invalid YAML");
  }

  private static void refuses(String text, String message) {
    assertThatThrownBy(() -> Architectures.parse("--architecture", text))
        .hasMessageContaining("--architecture " + text + ": ")
        .hasMessageContaining(message);
  }

  /** The shape of what comes out for two rows, of a copy as executors have it. */
  private static Shape output(String text) throws IOException, ClassNotFoundException {
    Architecture architecture = copy(Architectures.parse("--architecture", text));
    Block block = architecture.get();
    try (NDManager manager = Engine.getInstance().newBaseManager()) {
      Shape input = new Shape(2).addAll(architecture.shapes().get(0));
      block.initialize(manager, DataType.FLOAT32, input);
      return block
          .forward(new ParameterStore(manager, false), new NDList(manager.ones(input)), false)
          .singletonOrThrow()
          .getShape();
    }
  }

  private static Architecture copy(Architecture architecture)
      throws IOException, ClassNotFoundException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(architecture);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return (Architecture) in.readObject();
    }
  }
}
