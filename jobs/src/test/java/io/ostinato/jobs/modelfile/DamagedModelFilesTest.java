package io.ostinato.jobs.modelfile;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostinato.chaos.DamagedFiles;
import io.ostinato.jobs.OnnxFixtures;
import io.ostinato.jobs.TorchFixtures;
import io.ostinato.jobs.model.Architectures;
import io.ostinato.model.TorchModules;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DamagedModelFilesTest {
  @TempDir Path folder;

  @Test
  void damagedModulesAreRejectedByTheirNames() throws IOException {
    List<byte[]> modules = new ArrayList<>();
    for (String name : List.of("usual", "counter", "named-tuple", "batchnorm-a")) {
      modules.add(TorchFixtures.content("/torchscript/" + name + ".pt"));
    }
    assertThat(outcomesOf("net.pt", modules, modules())).containsKeys("accepted", "rejected");
  }

  @Test
  void damagedFilesOfTorchSaveAreRejectedByTheirNames() throws IOException {
    List<byte[]> files = new ArrayList<>();
    for (String name :
        List.of(
            "legacy.pth",
            "old.pth.tar",
            "keys-legacy.pth",
            "state-rng.pth",
            "keys-gan.pt",
            "training.pt",
            "pickled.pt",
            "lightning.ckpt",
            "program.pt2",
            "arrays.npz",
            "plain.tar")) {
      files.add(TorchFixtures.content("/otherformats/" + name));
    }
    assertThat(outcomesOf("net.ckpt", files, modules())).containsOnlyKeys("rejected");
  }

  @Test
  void damagedPicklesAreReadOrRejected() throws IOException {
    List<byte[]> pickles = new ArrayList<>();
    for (String name : List.of("keys-gan.pt", "keys-yolo.pt", "training.pt", "state-rng.pth")) {
      pickles.add(PickleFixtures.pickleOf(TorchFixtures.content("/otherformats/" + name)));
    }
    Map<String, Integer> outcomes =
        new DamagedFiles("pickles", pickles)
            .readBy(
                (damaged, original) -> {
                  byte[] archive = PickleFixtures.archive(damaged);
                  String words = OtherFormat.mistakeOf("net.bin", archive).orElse("");
                  assertThat(words).contains("torch.save").hasSizeLessThan(3_000);
                  return words.startsWith("it looks like") ? "rejected" : "accepted";
                });
    assertThat(outcomes).containsKeys("accepted", "rejected");
  }

  /** ONNX has no checksum either: whatever has the form of a model is one. */
  @Test
  void damagedOnnxModelsAreRejectedWithAReason() {
    List<byte[]> models =
        List.of(
            OnnxFixtures.mlp(OnnxFixtures.weights(1)),
            TorchModules.content("/outputs/classifier.onnx"),
            TorchModules.content("/outputs/classifier-text.onnx"));
    Map<String, Integer> outcomes =
        new DamagedFiles("ONNX models", models)
            .readBy(
                (damaged, original) -> {
                  OnnxFile model = new OnnxFile(damaged);
                  String mistake = model.mistake().orElse("");
                  assertThat(mistake).hasSizeLessThan(1_000);
                  if (mistake.isEmpty()) {
                    assertThat(model.outputs()).isNotNull();
                  }
                  return mistake.isEmpty() ? "accepted" : "rejected";
                });
    assertThat(outcomes).containsKeys("accepted", "rejected");
  }

  @Test
  void damagedWeightsAreRejectedByTheirNames() throws IOException {
    List<byte[]> files = List.of(TorchFixtures.content("/otherformats/pytorch.safetensors"));
    ModelFiles reader =
        new ModelFiles(
            new Configuration(),
            new WeightsArchitecture.OfBlock(
                Architectures.parse("--architecture", "mlp:outputs=3,input_shape=[4]")));
    assertThat(outcomesOf("net.safetensors", files, reader)).containsKeys("rejected");
  }

  private static ModelFiles modules() {
    return new ModelFiles(new Configuration(), new WeightsArchitecture.None());
  }

  private Map<String, Integer> outcomesOf(String name, List<byte[]> originals, ModelFiles reader) {
    Path file = folder.resolve(name);
    return new DamagedFiles(name, originals)
        .readBy(
            (damaged, original) -> {
              Files.write(file, damaged);
              try {
                assertThat(reader.read(file.toString()).weights().sizeBytes()).isPositive();
                return "accepted";
              } catch (ModelException e) {
                assertThat(e.getMessage())
                    .contains("'" + file + "'")
                    .hasSizeLessThan(3_000)
                    .doesNotContain("\n");
                return "rejected";
              }
            });
  }
}
