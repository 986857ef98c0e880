package io.ostinato.jobs.modelfile;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostinato.jobs.OnnxFixtures;
import io.ostinato.jobs.TorchFixtures;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OtherFormatTest {
  private static final String ONCE =
      "; with --architecture module.pt, this file and others of the same model need no conversion";

  @Test
  void whatTorchSaveWritesIsNamedWithWhatMakesAModuleOfIt() throws IOException {
    String stateDict =
        "it is a state_dict, weights without code, written by torch.save; convert it in Python,"
            + " with the"
            + " model: model.load_state_dict(torch.load('net.bin')),"
            + " torch.jit.script(model.eval()).save('module.pt')"
            + ONCE;
    assertThat(ofFixture("state_dict.pt")).hasValue(stateDict);
    assertThat(ofFixture("legacy.pth")).hasValue(stateDict);
    assertThat(ofFixture("training.pt"))
        .hasValue(
            "it is a training checkpoint, weights without code, written by torch.save; convert it"
                + " in Python, with the model:"
                + " model.load_state_dict(torch.load('net.bin')['model_state_dict']),"
                + " torch.jit.script(model.eval()).save('module.pt')"
                + ONCE);
    assertThat(ofFixture("lightning.ckpt").orElse(""))
        .startsWith("it is a Lightning checkpoint, ")
        .endsWith("Net.load_from_checkpoint('net.bin').to_torchscript('module.pt')" + ONCE);
    assertThat(ofFixture("pickled.pt").orElse(""))
        .startsWith("it is a module pickled by torch.save, ")
        .endsWith("(torch.load('net.bin', weights_only=False).eval()).save('module.pt')" + ONCE);
    assertThat(ofFixture("program.pt2").orElse(""))
        .startsWith("it is a program of torch.export; ")
        .endsWith("(torch.export.load('net.bin').module(), inputs).save('module.pt')");
  }

  /** What is behind the words for each kind of checkpoint; the names are those of fixtures. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "keys-imagenet.pt|load('net.bin')['state_dict'])",
        "keys-legacy.pth|load('net.bin')['state_dict'])",
        "keys-protocol4.pt|load('net.bin', weights_only=False)['state_dict'])",
        "keys-dataset.pt|load('net.bin')['model_state_dict'])",
        "keys-weights.pt|load('net.bin')['weights'])",
        "keys-params.pt|load('net.bin')['params'])",
        "keys-ema.pt|load('net.bin')['ema'])",
        "keys-bare.pt|load('net.bin')['model'])",
        "keys-half.pt|load('net.bin')['model'])",
        "keys-nested.pt|load('net.bin')['model']['layer'])",
        "keys-deep.pt|load('net.bin')['trainer']['model'])",
        "keys-tuple.pt|load('net.bin')[0])",
        "keys-quoted.pt|load('net.bin')[\"the model's\"])",
        "keys-arguments.pt|load('net.bin', weights_only=False)['net'])",
        "keys-metrics.pt|load('net.bin')['state_dict'])",
        "keys-best.pt|load('net.bin')['net'])",
      })
  void theKeyIsTheOneThatHasTheWeights(String fixture, String command) throws IOException {
    assertThat(ofFixture(fixture))
        .hasValue(
            "it is a training checkpoint, weights without code, written by torch.save; convert it"
                + " in Python, with the model: model.load_state_dict(torch."
                + command
                + ", torch.jit.script(model.eval()).save('module.pt')"
                + ONCE);
  }

  @Test
  void whereSeveralKeysHaveWeightsTheUserChooses() throws IOException {
    assertThat(ofFixture("keys-gan.pt"))
        .hasValue(
            "it is a training checkpoint, weights without code, written by torch.save; convert it"
                + " in Python, with the model and the key of its weights, one of ['generator'],"
                + " ['discriminator']: model.load_state_dict(torch.load('net.bin')[KEY]),"
                + " torch.jit.script(model.eval()).save('module.pt')"
                + ONCE);
    assertThat(ofFixture("keys-layers.pt").orElse(""))
        .contains("one of ['encoder'], ['decoder']: ")
        .contains("torch.load('net.bin')[KEY]");
    assertThat(ofFixture("keys-unknown.pt"))
        .hasValue(
            "it was written by torch.save, but where its weights are is unknown; convert it in"
                + " Python, with"
                + " the model and the key of its weights, if one of ['epoch'], ['args'], ['losses']"
                + " is it: model.load_state_dict(torch.load('net.bin')[KEY]),"
                + " torch.jit.script(model.eval()).save('module.pt')");
    assertThat(ofFixture("list.pt"))
        .hasValue(
            "it was written by torch.save, but where its weights are is unknown; convert it in"
                + " Python, with"
                + " the model: torch.jit.script(model.eval()).save('module.pt')");
  }

  @Test
  void weightsAloneAreAStateDictWhateverHoldsThem() throws IOException {
    for (String fixture : List.of("keys-ordered.pt", "keys-parameters.pt")) {
      assertThat(ofFixture(fixture).orElse(""))
          .startsWith("it is a state_dict, ")
          .contains("model.load_state_dict(torch.load('net.bin')), ");
    }
    assertThat(ofFixture("tensor.pt"))
        .hasValue("it is a single tensor written by torch.save, not a model");
  }

  @Test
  void aModuleInACheckpointIsTakenOutOfIt() throws IOException {
    String words =
        "it is a training checkpoint with a module pickled by torch.save, which needs its Python"
            + " classes; convert it in Python";
    assertThat(ofFixture("keys-yolo.pt"))
        .hasValue(
            words
                + ": torch.jit.script(torch.load('net.bin', weights_only=False)['model'].eval())"
                + ".save('module.pt')"
                + ONCE);
    assertThat(ofFixture("keys-modules.pt"))
        .hasValue(
            words
                + ", with the key of the module, one of ['model'], ['ema']:"
                + " torch.jit.script(torch.load('net.bin', weights_only=False)[KEY].eval())"
                + ".save('module.pt')"
                + ONCE);
  }

  /** A graph of torch.fx is pickled as a call with its attributes. */
  @Test
  void aGraphIsAModule() throws IOException {
    assertThat(ofFixture("graph.pt"))
        .hasValue(
            "it is a module pickled by torch.save, which needs its Python classes; convert it in"
                + " Python:"
                + " torch.jit.script(torch.load('net.bin', weights_only=False).eval())"
                + ".save('module.pt')"
                + ONCE);
    assertThat(ofFixture("keys-graph.pt"))
        .hasValue(
            "it is a training checkpoint with a module pickled by torch.save, which needs its"
                + " Python classes; convert it in Python: torch.jit.script(torch.load('net.bin',"
                + " weights_only=False)['model'].eval()).save('module.pt')"
                + ONCE);
  }

  @Test
  void whatIsNoTensorIsLeftOutOfAStateDict() throws IOException {
    for (String fixture : List.of("keys-extra.pt", "keys-extra-optimizer.pt")) {
      assertThat(ofFixture(fixture))
          .hasValue(
              "it is a state_dict, weights without code, written by torch.save; convert it in"
                  + " Python, with"
                  + " the model: model.load_state_dict({k: v for k, v in"
                  + " torch.load('net.bin').items() if torch.is_tensor(v)}),"
                  + " torch.jit.script(model.eval()).save('module.pt')"
                  + ONCE);
    }
    assertThat(ofFixture("keys-extra-nested.pt").orElse(""))
        .startsWith("it is a training checkpoint, ")
        .contains(
            "model.load_state_dict({k: v for k, v in torch.load('net.bin')['model'].items() if"
                + " torch.is_tensor(v)}), ");
  }

  @Test
  void numbersAreWeightsWhereThereAreNoOthers() throws IOException {
    assertThat(ofFixture("keys-temperature.pt").orElse(""))
        .startsWith("it is a state_dict, ")
        .contains("model.load_state_dict(torch.load('net.bin')), ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "state-optimizer.pt|an optimizer's state",
        "state-optimizer-pickled.pt|an optimizer's state",
        "state-optimizer-named.pt|an optimizer's state",
        "keys-optimizer-only.pt|an optimizer's state",
        "state-scheduler.pt|a learning rate scheduler's state",
        "state-scaler.pt|a gradient scaler's state",
        "state-rng.pth|the state of random number generators",
      })
  void whatATrainingNeedsBesideItsModelIsNoModel(String fixture, String what) throws IOException {
    assertThat(ofFixture(fixture))
        .hasValue("it contains %s written by torch.save, but no model".formatted(what));
  }

  @Test
  void archivesAreToldByTheirContent() throws IOException {
    assertThat(ofFixture("old.pth.tar").orElse(""))
        .startsWith("it is a state_dict, ")
        .contains("model.load_state_dict(torch.load('net.bin', weights_only=False)), ");
    assertThat(ofFixture("plain.tar"))
        .hasValue(
            "it is a tar archive; extract it, for example with tar -xf 'net.bin', and evaluate"
                + " the file in it");
    assertThat(ofFixture("state_dict.pt.gz"))
        .hasValue(
            "it is compressed; decompress it, for example with gunzip 'net.bin', and evaluate the"
                + " result");
  }

  @Test
  void aFileOfTorchSaveThatIsCutOffIsNoneThatIsWhole() throws IOException {
    byte[] legacy = TorchFixtures.content("/otherformats/keys-legacy.pth");
    for (int length = 30; length < 500; length++) {
      assertThat(OtherFormat.mistakeOf("net.bin", Arrays.copyOf(legacy, length)))
          .hasValue(
              "it looks like a file of torch.save but can't be read; was it still being written?"
                  + " Otherwise save the module itself in Python:"
                  + " torch.jit.script(model.eval()).save('module.pt')");
    }
  }

  @Test
  void filesOfOtherFrameworksAreNamed() throws IOException {
    assertThat(ofFixture("arrays.npz").orElse("")).startsWith("it contains NumPy arrays, ");
    assertThat(of("\u0093NUMPY\1\0").orElse("")).startsWith("it contains NumPy arrays, ");
    assertThat(ofFixture("pytorch.safetensors").orElse(""))
        .startsWith("it contains safetensors weights; rename it, for example mv 'net.bin' ");
    assertThat(of("\u0089HDF\r\n\u001a\n").orElse(""))
        .startsWith(
            "it is an HDF5 file, probably a Keras model; convert it in Python:"
                + " keras.models.load_model");
    assertThat(
            OtherFormat.mistakeOf(
                "net.bin",
                TorchFixtures.archive("config.json", "metadata.json", "model.weights.h5")))
        .hasValueSatisfying(words -> assertThat(words).startsWith("it is a Keras model; "));
    assertThat(of("\u001c\0\0\0TFL3").orElse(""))
        .endsWith("python -m tf2onnx.convert --tflite 'net.bin' --output model.onnx");
    assertThat(of("\u0080\4\u0095\n\0").orElse(""))
        .startsWith("it is a pickle, ")
        .contains("skl2onnx.to_onnx(joblib.load('net.bin'), rows");
    assertThat(of("x\u009C\1").orElse("")).startsWith("it is a pickle, ");
    assertThat(of("\b\1\22\3abc").orElse(""))
        .startsWith("it is a TensorFlow SavedModel; ")
        .endsWith("python -m tf2onnx.convert --saved-model FOLDER --output model.onnx");
    assertThat(OtherFormat.mistakeOf("net.bin", OnnxFixtures.mlp(OnnxFixtures.weights(1))))
        .hasValue("it is an ONNX model; rename it, for example mv 'net.bin' model.onnx");
  }

  @Test
  void whatIsNoModelAtAllIsNamed() {
    assertThat(of("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n"))
        .hasValue(
            "it is a Git LFS pointer, not the file itself; run git lfs pull --include"
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
