package io.ostinato.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.model.ModuleTemplate.Filled;
import io.ostinato.torchscript.DamagedModuleException;
import io.ostinato.torchscript.ModuleFacts;
import io.ostinato.torchscript.ModuleTensors;
import io.ostinato.torchscript.ModuleTensors.ModuleTensor;
import io.ostinato.torchscript.ZipContent;
import io.ostinato.weights.HostArray;
import io.ostinato.weights.OfferedArray;
import io.ostinato.weights.WeightSnapshot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Weights by name for a module that was saved once. */
class ModuleTemplateTest {
  private final ModuleTemplate net = ModuleTemplate.of(TorchModules.content("/weights/net.pt"));

  @Test
  void aModuleWithOtherWeightsComputesTheBitsOfOneThatWasSavedWithThem() {
    Filled filled = net.with(trained());
    assertThat(filled.kept()).as("no state_dict has it").containsExactly("scale");
    assertThat(filled.ignored()).isEmpty();
    assertThat(outputs(filled.weights()))
        .isEqualTo(outputs(snapshot("trained.pt")))
        .isNotEqualTo(outputs(snapshot("net.pt")));
  }

  /** The archive stays sound: its checksums are those of the new content. */
  @Test
  void theArchiveIsTheOneThatPyTorchWritesExceptForItsNames() {
    Map<String, HostArray> weights = new LinkedHashMap<>();
    trained().forEach(each -> weights.put(each.name(), each.content().get()));
    byte[] module = TorchTemplate.of(TorchModules.content("/weights/net.pt")).with(weights);
    assertThat(ModuleFacts.of(module))
        .isEqualTo(ModuleFacts.of(TorchModules.content("/weights/trained.pt")));
    assertThat(tensors(module)).isEqualTo(tensors(TorchModules.content("/weights/trained.pt")));
  }

  @Test
  void prefixesAreRemoved() {
    for (String prefix : List.of("model.", "module.", "state_dict.model.net.", "_orig_mod.")) {
      Filled filled = net.with(renamed(trained(), name -> prefix + name));
      assertThat(filled.prefix()).isEqualTo(prefix.equals("_orig_mod.") ? "" : prefix);
      assertThat(outputs(filled.weights())).isEqualTo(outputs(snapshot("trained.pt")));
    }
    Filled inner = net.with(renamed(trained(), name -> name.replace("norm.", "norm._orig_mod.")));
    assertThat(outputs(inner.weights())).isEqualTo(outputs(snapshot("trained.pt")));
  }

  /** As of models whose features alone run on several devices. */
  @Test
  void dataParallelismWithinAModuleIsRemoved() {
    List<OfferedArray> inner =
        renamed(trained(), name -> "model." + name.replace("norm.", "norm.module."));
    Filled filled = net.with(inner);
    assertThat(filled.prefix()).isEqualTo("model.");
    assertThat(outputs(filled.weights())).isEqualTo(outputs(snapshot("trained.pt")));
    assertThat(outputs(net.with(inner, "model").weights()))
        .isEqualTo(outputs(snapshot("trained.pt")));
    List<OfferedArray> both = renamed(inner, name -> name);
    both.addAll(
        renamed(trained(), name -> "model." + name).stream()
            .filter(each -> each.name().startsWith("model.norm."))
            .toList());
    assertThatThrownBy(() -> net.with(both))
        .hasMessageContaining("only the weights have 'norm.module.bias' (float32 (2))");
  }

  @Test
  void namesWithMoreDotsThanAnyModuleMatchNothing() {
    List<OfferedArray> more = trained();
    String name = "a.".repeat(1_000_000) + "weight";
    more.add(OfferedArray.of(HostArray.of(name, DataType.UINT8, new Shape(1), new byte[1])));
    assertThatThrownBy(() -> net.with(more))
        .hasMessageContaining("only the weights have 'a.a.a.")
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(500));
  }

  @Test
  void buffersAroundTheModuleOfTheWeightsAreKept() {
    List<TemplateArray> template =
        List.of(
            new TemplateArray("mean", false, DataType.UINT8, new Shape(1), "mean"),
            new TemplateArray("net.w", true, DataType.UINT8, new Shape(1), "net.w"));
    HostArray w = HostArray.of("w", DataType.UINT8, new Shape(1), new byte[1]);
    assertThat(NameMatch.of(template, OfferedArray.of(List.of(w))).kept()).containsExactly("mean");
  }

  @Test
  void aModuleAroundTheOneThatTheWeightsAreOfTakesThem() {
    ModuleTemplate wrapped = ModuleTemplate.of(TorchModules.content("/weights/wrapped.pt"));
    assertThat(outputs(wrapped.with(trained()).weights()))
        .isEqualTo(outputs(snapshot("trained.pt")));
    assertThat(outputs(wrapped.with(renamed(trained(), name -> "model." + name)).weights()))
        .isEqualTo(outputs(snapshot("trained.pt")));
  }

  @Test
  void weightsOutsideOfThePrefixAreIgnoredAndThoseWithinItAreNot() {
    List<OfferedArray> more = renamed(trained(), name -> "model." + name);
    more.add(OfferedArray.of(HostArray.of("loss.w", DataType.UINT8, new Shape(1), new byte[1])));
    assertThat(net.with(more).ignored()).extracting(OfferedArray::name).containsExactly("loss.w");
    more.add(OfferedArray.of(HostArray.of("model.x", DataType.UINT8, new Shape(1), new byte[1])));
    assertThatThrownBy(() -> net.with(more))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the weights under the prefix 'model.' don't match the architecture: only the weights"
                + " have 'x' (uint8 (1)); weights are matched by name and shape");
  }

  @Test
  void whatDoesNotMatchIsListedOnBothSides() {
    List<OfferedArray> others = trained();
    others.removeIf(each -> each.name().equals("out.bias"));
    others.add(
        OfferedArray.of(HostArray.of("out.b", DataType.FLOAT32, new Shape(3), new byte[12])));
    others.replaceAll(
        each ->
            each.name().equals("conv.bias") ? other(each, new Shape(1), DataType.FLOAT32) : each);
    assertThatThrownBy(() -> net.with(others))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the weights don't match the architecture: only the weights have 'out.b' (float32 (3));"
                + " only the architecture has 'out.bias' (float32 (3)); 'conv.bias' is float32 (1)"
                + " in the weights but float32 (2) in the architecture; weights are matched by name"
                + " and shape");
  }

  @Test
  void typesMustAgreeOrBeNarrowerFloatingPointNumbers() {
    List<OfferedArray> doubles = trained();
    doubles.replaceAll(
        each ->
            each.name().equals("conv.bias") ? other(each, each.shape(), DataType.FLOAT64) : each);
    assertThatThrownBy(() -> net.with(doubles))
        .hasMessageContaining(
            "'conv.bias' is float64 (2) in the weights but float32 (2) in the architecture");
    List<OfferedArray> counter = trained();
    counter.replaceAll(
        each ->
            each.name().endsWith("num_batches_tracked")
                ? other(each, each.shape(), DataType.INT32)
                : each);
    assertThat(net.with(counter).kept()).contains("norm.num_batches_tracked");
  }

  @Test
  void severalMatchingPrefixesNeedAChoice() {
    List<OfferedArray> two = renamed(trained(), name -> "ema." + name);
    two.addAll(renamed(arrays("net.pt"), name -> "model." + name));
    assertThatThrownBy(() -> net.with(two))
        .hasMessage(
            "the weights have the architecture's names under several prefixes ('ema.', 'model.'); choose"
                + " one with the option --weights-prefix, in Java the argument prefix");
    assertThat(outputs(net.with(two, "ema").weights())).isEqualTo(outputs(snapshot("trained.pt")));
    assertThat(outputs(net.with(two, "model.").weights())).isEqualTo(outputs(snapshot("net.pt")));
    assertThatThrownBy(() -> net.with(two, "emma."))
        .hasMessageStartingWith(
            "the weights have no names with the prefix 'emma.'; they have: 'ema.");
  }

  @Test
  void tiedWeightsAreOneAndMustNotDiffer() {
    ModuleTemplate tied = ModuleTemplate.of(TorchModules.content("/weights/tied.pt"));
    HostArray one = arrays("tied-trained.pt").get(0).content().get();
    for (List<OfferedArray> weights :
        List.of(
            OfferedArray.of(List.of(one.named("embedding.weight"))),
            OfferedArray.of(List.of(one.named("head.weight"))),
            OfferedArray.of(List.of(one.named("head.weight"), one.named("embedding.weight"))))) {
      Filled filled = tied.with(weights);
      assertThat(filled.kept()).isEmpty();
      assertThat(filled.weights().manifest().shards())
          .as("its tensors' shard")
          .contains(last(snapshot("tied-trained.pt")));
    }
    HostArray other = HostArray.of("head.weight", DataType.FLOAT32, one.shape(), new byte[96]);
    assertThatThrownBy(
            () -> tied.with(OfferedArray.of(List.of(one.named("embedding.weight"), other))))
        .hasMessageContaining("' shares its memory with another tensor of the architecture (tied")
        .hasMessageContaining(" weights have different values for them; tie them in the training");
  }

  @Test
  void frozenAndDamagedModulesAndOthersAreRejected() {
    assertThatThrownBy(() -> ModuleTemplate.of(TorchModules.content("/weights/frozen.pt")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("it was frozen (torch.jit.freeze or optimize_for_inference)")
        .hasMessageEndingWith("torch.jit.script(model.eval()).save(path)");
    byte[] damaged = TorchModules.content("/weights/net.pt");
    damaged[damaged.length / 2] ^= 1;
    assertThatThrownBy(() -> ModuleTemplate.of(damaged)).isInstanceOf(DamagedModuleException.class);
    assertThatThrownBy(() -> ModuleTemplate.of(new byte[] {8, 7}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("it has no initializers");
  }

  @Test
  void aFileThatCantBeAnArchitectureIsNamed(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("net.pt");
    Files.write(file, TorchModules.content("/weights/frozen.pt"));
    assertThatThrownBy(() -> ModuleTemplate.of(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("can't use '%s' as an architecture: it was frozen".formatted(file));
  }

  @Test
  void initializersOfAnOnnxModelAreReplaced() {
    ModuleTemplate mlp = ModuleTemplate.of(TorchModules.content("/weights/mlp.onnx"));
    byte[] trained = TorchModules.content("/weights/mlp-trained.onnx");
    List<OfferedArray> weights = new ArrayList<>();
    OnnxTemplate.of(trained)
        .tensors()
        .forEach(
            (name, tensor) ->
                weights.add(
                    OfferedArray.of(
                        HostArray.of(
                            "net." + name,
                            tensor.type(),
                            tensor.shape(),
                            List.of(ByteBuffer.wrap(trained, tensor.from(), tensor.bytes()))))));
    assertThat(weights).hasSize(4);
    assertThat(mlp.with(weights).weights().manifest())
        .isEqualTo(OnnxSource.snapshotOf(trained).manifest());
    assertThatThrownBy(() -> mlp.with(weights.subList(0, 3)))
        .hasMessageContaining("only the architecture has '3.bias' (float32 (3))");
  }

  private static String last(WeightSnapshot snapshot) {
    List<String> shards = snapshot.manifest().shards();
    return shards.get(shards.size() - 1);
  }

  /** The weights that PyTorch wrote into another module. */
  private static List<OfferedArray> trained() {
    List<OfferedArray> all = arrays("trained.pt");
    all.removeIf(each -> each.name().equals("scale"));
    return all;
  }

  private static List<OfferedArray> arrays(String module) {
    byte[] content = TorchModules.content("/weights/" + module);
    List<OfferedArray> all = new ArrayList<>();
    tensors(content).forEach((name, array) -> all.add(OfferedArray.of(array)));
    return all;
  }

  private static Map<String, HostArray> tensors(byte[] module) {
    ZipContent zip = new ZipContent(module);
    Map<String, HostArray> arrays = new LinkedHashMap<>();
    for (ModuleTensor tensor : ModuleTensors.of(zip).byName().values()) {
      ByteBuffer storage = ByteBuffer.wrap(zip.contentOf(tensor.entry()).orElseThrow());
      ByteBuffer elements = ByteBuffer.allocate((int) tensor.view().sizeBytes());
      tensor.view().gather(storage, elements);
      arrays.put(
          tensor.name(),
          HostArray.of(
              tensor.name(), tensor.view().type(), tensor.view().shape(), elements.array()));
    }
    return arrays;
  }

  private static OfferedArray other(OfferedArray array, Shape shape, DataType type) {
    int bytes = (int) HostArray.sizeBytes(type, shape);
    return OfferedArray.of(HostArray.of(array.name(), type, shape, new byte[bytes]));
  }

  private static List<OfferedArray> renamed(List<OfferedArray> all, UnaryOperator<String> name) {
    List<OfferedArray> renamed = new ArrayList<>();
    for (OfferedArray each : all) {
      renamed.add(OfferedArray.of(each.content().get().named(name.apply(each.name()))));
    }
    return renamed;
  }

  private static WeightSnapshot snapshot(String module) {
    return TorchModules.moduleOf("/weights/" + module);
  }

  private static float[] outputs(WeightSnapshot weights) {
    try (LoadedModel model = ModelSource.torchScript().build(Device.cpu())) {
      model.refresh(weights);
      NDArray images = model.manager().arange(100f).div(50).reshape(4, 1, 5, 5);
      return model.model().forward(new NDList(images)).singletonOrThrow().toFloatArray();
    }
  }
}
