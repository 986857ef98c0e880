package io.ostinato.jobs.modelfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.ostinato.chaos.DamagedFiles;
import io.ostinato.jobs.TorchFixtures;
import io.ostinato.jobs.modelfile.ModelFiles.ModelFile;
import io.ostinato.jobs.modelfile.WeightsArchitecture.OfModule;
import io.ostinato.model.LoadedModel;
import io.ostinato.model.ModelSource;
import io.ostinato.model.OnnxSource;
import io.ostinato.model.TorchScriptSource;
import io.ostinato.torchscript.ZipContent;
import io.ostinato.weights.HostArray;
import io.ostinato.weights.OfferedArray;
import io.ostinato.weights.WeightSnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FilterFileSystem;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Weights in files of PyTorch, Lightning and Hugging Face for a module that was saved once. */
@Tag("spark35")
class TemplateModelsTest {
  @TempDir Path folder;

  @BeforeEach
  void saveTheModule() throws IOException {
    TorchFixtures.copy("/weights/net.pt", folder.resolve("net.pt"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "state_dict.pt",
        "legacy.pth",
        "legacy-protocol4.pth",
        "pickled.pt",
        "ddp.pt",
        "compiled.pt",
        "lightning.ckpt",
        "views.pt",
        "big-endian.pt",
        "model.safetensors"
      })
  void theModuleComputesAsTheOneSavedWithTheseWeights(String name) throws IOException {
    Path file = TorchFixtures.copy("/weights/" + name, folder.resolve(name));
    assertThat(outputs(read("net.pt", file))).isEqualTo(expected("trained.pt"));
  }

  @Test
  void aTracedModuleTakesThem() throws IOException {
    TorchFixtures.copy("/weights/traced.pt", folder.resolve("traced.pt"));
    Path file = TorchFixtures.copy("/weights/lightning.ckpt", folder.resolve("a.ckpt"));
    assertThat(outputs(read("traced.pt", file))).isEqualTo(expected("trained.pt"));
  }

  /** An LSTM has its weights in a list, too. */
  @Test
  void weightsThatAModuleHasTwiceAreReplacedInBothPlaces() throws IOException {
    TorchFixtures.copy("/weights/recurrent.pt", folder.resolve("recurrent.pt"));
    Path file =
        TorchFixtures.copy("/weights/recurrent.safetensors", folder.resolve("a.safetensors"));
    assertThat(outputs(read("recurrent.pt", file)))
        .isEqualTo(expected("recurrent-trained.pt"))
        .isNotEqualTo(expected("recurrent.pt"));
  }

  @Test
  void bigEndianFilesOfTheOldFormatHaveTheirNumbers() throws IOException {
    byte[] content = TorchFixtures.content("/weights/big-endian-legacy.pth");
    OfferedArray array = SavedTensors.of(TorchSaveContent.ofLegacy(content)).get(0);
    try (NDManager manager = Engine.getInstance().newBaseManager()) {
      assertThat(array.content().get().copyTo(manager).toFloatArray()).containsExactly(1f, 2f);
    }
  }

  /** As files are read that don't fit into a Java array. */
  @ParameterizedTest
  @ValueSource(strings = {"state_dict.pt", "lightning.ckpt", "views.pt", "big-endian.pt"})
  void largeArchivesAreReadTensorByTensor(String name) throws IOException {
    byte[] content = TorchFixtures.content("/weights/" + name);
    Path file = Files.write(folder.resolve(name), content);
    List<OfferedArray> whole = SavedTensors.of(TorchSaveContent.ofArchive(content));
    List<OfferedArray> parts = large(file);
    assertThat(contents(parts)).isEqualTo(contents(whole)).isNotEmpty();
    int tensor =
        new ZipContent(content)
            .places().orElseThrow().stream()
                .filter(place -> place.entry().name().endsWith("/data/0"))
                .findFirst()
                .orElseThrow()
                .from();
    content[tensor] ^= 1;
    Files.write(file, content);
    assertThatThrownBy(() -> contents(large(file)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("the archive is damaged: ");
  }

  /** A storage can be that of all weights. */
  @Test
  void storagesOfLargeArchivesAreReadOnceWhileTheyAreInUse() throws IOException {
    Path file = TorchFixtures.copy("/weights/views.pt", folder.resolve("views.pt"));
    AtomicInteger reads = new AtomicInteger();
    FileSystem files =
        new FilterFileSystem(FileSystem.getLocal(new Configuration()).getRawFileSystem()) {
          @Override
          public FSDataInputStream open(org.apache.hadoop.fs.Path path, int buffer)
              throws IOException {
            reads.incrementAndGet();
            return super.open(path, buffer);
          }
        };
    List<OfferedArray> arrays = large(files, file);
    List<HostArray> all = contents(arrays);
    int before = reads.get();
    assertThat(contents(arrays)).isEqualTo(all);
    assertThat(reads).hasValue(before);
  }

  @Test
  void largeFilesThatAreNoArchivesAreRefusedAsSuch() throws IOException {
    Path file = TorchFixtures.copy("/weights/legacy.pth", folder.resolve("legacy.pth"));
    assertThatThrownBy(() -> large(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("it has %s bytes and is no archive".formatted(Files.size(file)))
        .hasMessageEndingWith("; save it as safetensors, or with torch.save since PyTorch 1.6");
  }

  @Test
  void damagedLargeArchivesAreReadOrRejected() throws IOException {
    byte[] content = TorchFixtures.content("/weights/lightning.ckpt");
    Path file = Files.write(folder.resolve("a.ckpt"), content);
    List<HostArray> sound = contents(large(file));
    Map<String, Integer> outcomes =
        new DamagedFiles("large archives", List.of(content))
            .readBy(
                (damaged, original) -> {
                  Files.write(file, damaged);
                  try {
                    assertThat(sound).containsAll(contents(large(file)));
                    return "accepted";
                  } catch (IllegalArgumentException e) {
                    assertThat(e.getMessage()).hasSizeLessThan(4_000).doesNotContain("\n");
                    return "rejected";
                  }
                });
    assertThat(outcomes).containsKeys("accepted", "rejected");
  }

  private static List<OfferedArray> large(Path file) throws IOException {
    return large(FileSystem.getLocal(new Configuration()).getRawFileSystem(), file);
  }

  private static List<OfferedArray> large(FileSystem files, Path file) throws IOException {
    return SavedTensors.of(
        LargeArchive.of(files, files.getFileStatus(new org.apache.hadoop.fs.Path(file.toUri()))));
  }

  private static List<HostArray> contents(List<OfferedArray> arrays) {
    return arrays.stream().map(array -> array.content().get()).toList();
  }

  @Test
  void tensorsOfOtherKindsAreRefusedByName() throws IOException {
    Path file = TorchFixtures.copy("/weights/sparse.pt", folder.resolve("sparse.pt"));
    assertRefused(
        file,
        "the weights don't match the architecture: 'out.weight' is a tensor of a kind that can't be"
            + " read ('torch._utils._rebuild_sparse_tensor'); weights are matched by name and shape");
  }

  /** The content tells the format, as for Hugging Face's pytorch_model.bin. */
  @ParameterizedTest
  @ValueSource(strings = {"state_dict.pt", "model.safetensors"})
  void theNameOfTheFileSaysNothing(String name) throws IOException {
    Path file = TorchFixtures.copy("/weights/" + name, folder.resolve("step.7.weird"));
    assertThat(outputs(read("net.pt", file))).isEqualTo(expected("trained.pt"));
  }

  @Test
  void halvesAreWidened() throws IOException {
    Path file = TorchFixtures.copy("/weights/half.pt", folder.resolve("half.pt"));
    assertThat(outputs(read("net.pt", file))).isEqualTo(expected("half-trained.pt"));
    Path wide = TorchFixtures.copy("/weights/double.pt", folder.resolve("double.pt"));
    assertRefused(
        wide,
        "'conv.bias' is float64 (2) in the weights but float32 (2) in the architecture, "
            + "'conv.weight' is float64 (2, 1, 3, 3)");
  }

  @Test
  void shardsOfTorchSaveAreRead() throws IOException {
    Path shards = Files.createDirectory(folder.resolve("bin"));
    for (String name :
        List.of(
            "pytorch_model.bin.index.json",
            "pytorch_model-00001-of-00002.bin",
            "pytorch_model-00002-of-00002.bin")) {
      TorchFixtures.copy("/weights/shards/" + name, shards.resolve(name));
    }
    assertThat(outputs(read("net.pt", shards))).isEqualTo(expected("trained.pt"));
  }

  @Test
  void shardsAreReadByTheirIndexOrTheirFolder() throws IOException {
    Path shards = Files.createDirectory(folder.resolve("checkpoint-500"));
    for (String name :
        List.of(
            "model.safetensors.index.json",
            "model-00001-of-00002.safetensors",
            "model-00002-of-00002.safetensors")) {
      TorchFixtures.copy("/weights/shards/" + name, shards.resolve(name));
    }
    Path index = shards.resolve("model.safetensors.index.json");
    assertThat(outputs(read("net.pt", index))).isEqualTo(expected("trained.pt"));
    assertThat(outputs(read("net.pt", shards))).isEqualTo(expected("trained.pt"));
    String text = Files.readString(index);
    Files.writeString(index, text.replace("\"conv.bias\"", "\"conv.b\""));
    assertRefused(
        index, "its index has 1 names that no shard has, such as 'conv.b'; save it again");
    Files.writeString(index, text.replace("model-00001", "../model-00001"));
    assertRefused(index, "its index has no weight_map with the names of files; save it again");
    Files.writeString(index, text);
    Files.delete(shards.resolve("model-00002-of-00002.safetensors"));
    assertRefused(
        index,
        "its shard 'model-00002-of-00002.safetensors' is missing; was it still being written?");
    Path empty = Files.createDirectory(folder.resolve("empty"));
    assertRefused(empty, "it is a folder without weights; expected model.safetensors, an index of");
  }

  @Test
  void aFolderWithOneFileOfWeightsIsThatFile() throws IOException {
    Path one = Files.createDirectory(folder.resolve("checkpoint-500"));
    TorchFixtures.copy("/weights/model.safetensors", one.resolve("model.safetensors"));
    TorchFixtures.copy("/weights/two.pt", one.resolve("optimizer.pt"));
    assertThat(outputs(read("net.pt", one))).isEqualTo(expected("trained.pt"));
  }

  @Test
  void oneOfSeveralStateDictsIsChosenByItsPrefix() throws IOException {
    Path file = TorchFixtures.copy("/weights/two.pt", folder.resolve("two.pt"));
    assertRefused(
        file,
        "the weights have the architecture's names under several prefixes ('ema.', 'model.'); choose one"
            + " with the option --weights-prefix");
    assertThat(outputs(read("net.pt", file, "model"))).isEqualTo(expected("trained.pt"));
  }

  /** They come from the file, which can be anybody's. */
  @Test
  void namesAreLoggedInOneShortLine() {
    assertThat(TemplateModels.listed(List.of("loss\nERROR", "x".repeat(5_000))))
        .startsWith("'loss\\nERROR', 'xxx")
        .hasSizeLessThan(300);
    assertThat(TemplateModels.listed(Collections.nCopies(22, "w"))).endsWith("'w' and 2 more");
  }

  @Test
  void nothingInAPickleIsRun() throws IOException {
    Path made = Path.of("/tmp/ostinato-was-here");
    Path file = TorchFixtures.copy("/weights/command.pt", folder.resolve("command.pt"));
    assertThat(outputs(read("net.pt", file))).isEqualTo(expected("trained.pt"));
    assertThat(made).doesNotExist();
  }

  @Test
  void tiedWeightsWithOneNameAreBoth() throws IOException {
    TorchFixtures.copy("/weights/tied.pt", folder.resolve("tied.pt"));
    for (String name : List.of("tied.safetensors", "tied-state_dict.pt")) {
      Path file = TorchFixtures.copy("/weights/" + name, folder.resolve(name));
      assertThat(tiedOutputs(read("tied.pt", file).weights()))
          .isEqualTo(tiedOutputs(snapshot("tied-trained.pt")))
          .isNotEqualTo(tiedOutputs(snapshot("tied.pt")));
    }
    Path untied = TorchFixtures.copy("/weights/untied-state_dict.pt", folder.resolve("untied.pt"));
    assertThatThrownBy(() -> read("tied.pt", untied))
        .hasMessageContaining("shares its memory with another tensor of the architecture");
  }

  @Test
  void anOnnxModelTakesThem() throws IOException {
    TorchFixtures.copy("/weights/mlp.onnx", folder.resolve("mlp.onnx"));
    Path file = TorchFixtures.copy("/weights/mlp-state_dict.pt", folder.resolve("mlp.pt"));
    ModelFile model = read("mlp.onnx", file);
    assertThat(model.outputs()).containsExactly("logits");
    assertThat(model.weights().manifest())
        .isEqualTo(
            OnnxSource.snapshotOf(TorchFixtures.content("/weights/mlp-trained.onnx")).manifest());
  }

  @Test
  void whatIsNeitherWeightsNorAnArchitectureIsRefused() throws IOException {
    Path module = TorchFixtures.copy("/weights/trained.pt", folder.resolve("E1.pt"));
    assertRefused(
        module,
        "it is a TorchScript module, which contains its architecture; remove --architecture");
    Path old = TorchFixtures.copy("/otherformats/old.pth.tar", folder.resolve("old.pth.tar"));
    assertRefused(old, "it is a state_dict, weights without code, written by torch.save; ");
    Path text = Files.writeString(folder.resolve("a.bin"), "hello");
    assertRefused(
        text,
        "it has no weights by name; expected safetensors or a state_dict written by torch.save");
    TorchFixtures.copy("/weights/frozen.pt", folder.resolve("frozen.pt"));
    assertThatThrownBy(() -> read("frozen.pt", module))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith(
            "--architecture '%s': it was frozen".formatted(folder.resolve("frozen.pt")));
    assertThatThrownBy(() -> read("missing.pt", module))
        .isInstanceOf(ModelException.class)
        .hasMessage("there is no model '%s'".formatted(folder.resolve("missing.pt")));
  }

  @Test
  void damagedFilesAreRejectedOrHaveTheSameNumbers() throws IOException {
    List<byte[]> files = new ArrayList<>();
    for (String name : List.of("state_dict.pt", "lightning.ckpt", "views.pt", "half.pt")) {
      files.add(TorchFixtures.content("/weights/" + name));
    }
    List<float[]> sound = List.of(expected("trained.pt"), expected("half-trained.pt"));
    assertThat(outcomes(files, sound)).containsKeys("accepted", "rejected");
  }

  /** The old format has no checksums, but its structure is checked. */
  @Test
  void damagedFilesOfTheOldFormatAreReadOrRejected() throws IOException {
    assertThat(outcomes(List.of(TorchFixtures.content("/weights/legacy.pth")), List.of()))
        .containsKeys("rejected");
  }

  @Test
  void damagedPicklesAreReadOrRejected() throws IOException {
    byte[] archive = TorchFixtures.content("/weights/views.pt");
    byte[] pickle = PickleFixtures.pickleOf(archive);
    Path file = folder.resolve("damaged.pt");
    Files.write(file, PickleFixtures.replaced(archive, pickle));
    assertThat(outcome(file, List.of(expected("trained.pt")))).isEqualTo("accepted");
    Map<String, Integer> outcomes =
        new DamagedFiles("pickles of weights", List.of(pickle))
            .readBy(
                (damaged, original) -> {
                  Files.write(file, PickleFixtures.replaced(archive, damaged));
                  return outcome(file, List.of());
                });
    assertThat(outcomes).containsKeys("rejected");
  }

  private Map<String, Integer> outcomes(List<byte[]> files, List<float[]> sound) {
    Path file = folder.resolve("damaged.pt");
    return new DamagedFiles("weights", files)
        .readBy(
            (damaged, original) -> {
              Files.write(file, damaged);
              return outcome(file, sound);
            });
  }

  private String outcome(Path file, List<float[]> sound) {
    try {
      ModelFile model = read("net.pt", file);
      if (!sound.isEmpty()) {
        assertThat(sound).contains(outputs(model));
      }
      return "accepted";
    } catch (ModelException e) {
      assertThat(e.getMessage())
          .contains("'" + file + "'")
          .hasSizeLessThan(4_000)
          .doesNotContain("\n");
      return "rejected";
    }
  }

  private void assertRefused(Path file, String problem) {
    assertThatThrownBy(() -> read("net.pt", file))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("can't evaluate '%s': ".formatted(file))
        .hasMessageContaining(problem);
  }

  private ModelFile read(String architecture, Path file) {
    return read(architecture, file, "");
  }

  private ModelFile read(String architecture, Path file, String prefix) {
    OfModule module = new OfModule(folder.resolve(architecture).toString(), prefix);
    return new ModelFiles(new Configuration(), module).read(file.toString());
  }

  private static float[] expected(String module) throws IOException {
    return outputs(ModelSource.torchScript(), snapshot(module));
  }

  private static WeightSnapshot snapshot(String module) throws IOException {
    return TorchScriptSource.snapshotOf(TorchFixtures.content("/weights/" + module));
  }

  private static float[] tiedOutputs(WeightSnapshot weights) {
    try (LoadedModel model = ModelSource.torchScript().build(Device.cpu())) {
      model.refresh(weights);
      NDArray words = model.manager().create(new long[] {0, 1, 2, 3, 4, 5});
      return model.model().forward(new NDList(words)).singletonOrThrow().toFloatArray();
    }
  }

  private static float[] outputs(ModelFile model) {
    return outputs(model.source(), model.weights());
  }

  private static float[] outputs(ModelSource source, WeightSnapshot weights) {
    try (LoadedModel model = source.build(Device.cpu())) {
      model.refresh(weights);
      NDArray images = model.manager().arange(100f).div(50).reshape(4, 1, 5, 5);
      return model.model().forward(new NDList(images)).singletonOrThrow().toFloatArray();
    }
  }
}
