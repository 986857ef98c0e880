package io.ostinato.jobs.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostinato.jobs.OnnxFixtures;
import io.ostinato.jobs.TorchFixtures;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OtherFormatTest {

  @Test
  void whatTorchSaveWritesIsNamedWithWhatMakesAModuleOfIt() throws IOException {
    String stateDict =
        "it is a state_dict, weights without code, as torch.save writes them; in Python, with the"
            + " model: model.load_state_dict(torch.load('net.bin')),"
            + " torch.jit.script(model.eval()).save('module.pt')";
    assertThat(ofFixture("state_dict.pt")).hasValue(stateDict);
    assertThat(ofFixture("legacy.pth")).hasValue(stateDict);
    assertThat(ofFixture("training.pt"))
        .hasValue(
            "it is a checkpoint of a training, weights without code, as torch.save writes them; in"
                + " Python, with the model:"
                + " model.load_state_dict(torch.load('net.bin')['model_state_dict']),"
                + " torch.jit.script(model.eval()).save('module.pt')");
    assertThat(ofFixture("lightning.ckpt").orElse(""))
        .startsWith("it is a checkpoint of Lightning, ")
        .endsWith("Net.load_from_checkpoint('net.bin').to_torchscript('module.pt')");
    assertThat(ofFixture("pickled.pt").orElse(""))
        .startsWith("it is a module that torch.save has pickled, ")
        .endsWith("(torch.load('net.bin', weights_only=False).eval()).save('module.pt')");
    assertThat(ofFixture("program.pt2").orElse(""))
        .startsWith("it is a program of torch.export; ")
        .endsWith("(torch.export.load('net.bin').module(), inputs).save('module.pt')");
  }

  @Test
  void filesOfOtherFrameworksAreNamed() throws IOException {
    assertThat(ofFixture("arrays.npz").orElse("")).startsWith("it has arrays of NumPy, ");
    assertThat(of("\u0093NUMPY\1\0").orElse("")).startsWith("it has arrays of NumPy, ");
    assertThat(ofFixture("pytorch.safetensors").orElse(""))
        .startsWith("it has weights as safetensors; name it so, as in mv 'net.bin' ");
    assertThat(of("\u0089HDF\r\n\u001a\n").orElse(""))
        .startsWith(
            "it is an HDF5 file, as Keras writes models; in Python: keras.models.load_model");
    assertThat(
            OtherFormat.mistakeOf(
                "net.bin",
                CheckpointEvaluatorTest.archive(
                    "config.json", "metadata.json", "model.weights.h5")))
        .hasValueSatisfying(words -> assertThat(words).startsWith("it is a model of Keras; "));
    assertThat(of("\u001c\0\0\0TFL3").orElse(""))
        .endsWith("python -m tf2onnx.convert --tflite 'net.bin' --output model.onnx");
    assertThat(of("\u0080\4\u0095\n\0").orElse(""))
        .startsWith("it is a pickle, ")
        .contains("skl2onnx.to_onnx(joblib.load('net.bin'), rows");
    assertThat(of("x\u009C\1").orElse("")).startsWith("it is a pickle, ");
    assertThat(of("\b\1\22\3abc").orElse(""))
        .startsWith("it is a SavedModel of TensorFlow; ")
        .endsWith("python -m tf2onnx.convert --saved-model FOLDER --output model.onnx");
    assertThat(OtherFormat.mistakeOf("net.bin", OnnxFixtures.mlp(OnnxFixtures.weights(1))))
        .hasValue("it is an ONNX model; name it so, as in mv 'net.bin' model.onnx");
  }

  @Test
  void whatIsNoModelAtAllIsNamed() {
    assertThat(of("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n"))
        .hasValue(
            "it is a pointer of Git LFS to a file, not that file; run git lfs pull --include"
                + " 'net.bin'");
    assertThat(of("\n<!DOCTYPE html><html>").orElse(""))
        .startsWith("it is a web page, not a model");
    assertThat(of("hello")).isEmpty();
    assertThat(of("")).isEmpty();
  }

  @Test
  void aModuleIsNothingElse() throws IOException {
    assertThat(OtherFormat.mistakeOf("a", TorchFixtures.content("/torchscript/batchnorm-a.pt")))
        .isEmpty();
  }

  private static Optional<String> ofFixture(String name) throws IOException {
    return OtherFormat.mistakeOf(
        "hdfs://models/net.bin", TorchFixtures.content("/otherformats/" + name));
  }

  private static Optional<String> of(String content) {
    return OtherFormat.mistakeOf("net.bin", content.getBytes(StandardCharsets.ISO_8859_1));
  }
}
