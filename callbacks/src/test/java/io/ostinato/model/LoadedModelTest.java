package io.ostinato.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import io.ostinato.evaluation.TestNets;
import io.ostinato.weights.HostArray;
import io.ostinato.weights.Manifest;
import io.ostinato.weights.Shard;
import io.ostinato.weights.WeightSnapshot;
import io.ostinato.weights.WeightSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Models that take other weights, shard by shard. */
class LoadedModelTest {
  private static final ModelSource WIDE = ModelSource.ofBlock(TestNets::wide, TestNets.FEATURES);

  private static final ModelSource CLASSIFIER =
      ModelSource.ofBlock(TestNets::classifier, TestNets.FEATURES);

  private static final ModelSource TWO_LAYERS =
      ModelSource.ofBlock(LoadedModelTest::twoLayers, TestNets.FEATURES);

  private final NDManager manager = Engine.getInstance().newBaseManager();

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void onlyShardsThatAreNotThereAreAskedFor() {
    WeightSnapshot first = layers(1, 1);
    WeightSnapshot headChanged = layers(1, 2);
    assertThat(first.manifest().shards()).hasSize(3);
    try (LoadedModel model = TWO_LAYERS.build(Device.cpu())) {
      Counting source = new Counting(first);
      model.refresh(source);
      assertThat(source.asked).isEqualTo(first.manifest().shards());
      source = new Counting(headChanged);
      model.refresh(source);
      Set<String> fresh = new LinkedHashSet<>(headChanged.manifest().shards());
      fresh.removeAll(first.manifest().shards());
      assertThat(fresh).as("the head's two shards of three").hasSize(2);
      assertThat(source.asked).containsExactlyElementsOf(fresh);
      source = new Counting(headChanged);
      model.refresh(source);
      assertThat(source.asked).as("the same again").isEmpty();
      source = new Counting(first);
      model.refresh(source);
      assertThat(source.asked).as("shards that were overwritten").hasSize(2);
      assertThat(outputs(model)).isEqualTo(outputsOfFresh(TWO_LAYERS, first));
    }
  }

  @Test
  void shardsOfABlockMayComeInAnyOrder() {
    WeightSnapshot weights = layers(1, 2);
    Counting backwards =
        new Counting(weights) {
          @Override
          public Iterator<Shard> shardsInAnyOrder(List<String> hashes) {
            List<String> reversed = new ArrayList<>(hashes);
            Collections.reverse(reversed);
            return shards(reversed);
          }
        };
    try (LoadedModel model = TWO_LAYERS.build(Device.cpu())) {
      model.refresh(backwards);
      assertThat(backwards.asked.get(0)).isEqualTo(weights.manifest().shards().get(2));
      assertThat(outputs(model)).isEqualTo(outputsOfFresh(TWO_LAYERS, weights));
    }
  }

  @Test
  void aRefreshThatFailsInTheMiddleIsMadeUpForByTheNextOne() {
    WeightSnapshot first = layers(1, 1);
    WeightSnapshot second = layers(2, 2);
    try (LoadedModel model = TWO_LAYERS.build(Device.cpu())) {
      model.refresh(first);
      for (int fine = 0; fine < 2; fine++) {
        Counting failing = new Counting(second);
        failing.fine = fine;
        assertThatThrownBy(() -> model.refresh(failing))
            .isInstanceOf(IllegalStateException.class)
            .hasMessage("lost");
        Counting again = new Counting(first);
        model.refresh(again);
        assertThat(again.asked)
            .as("nothing is known of the memory after a failure")
            .isEqualTo(first.manifest().shards());
        assertThat(outputs(model)).isEqualTo(outputsOfFresh(TWO_LAYERS, first));
      }
      model.refresh(second);
      assertThat(outputs(model)).isEqualTo(outputsOfFresh(TWO_LAYERS, second));
    }
  }

  @Test
  void aSnapshotThatLacksAnArrayIsRefusedAlsoWhereAllItsShardsAreHeld() {
    WeightSnapshot all = layers(1, 1);
    WeightSnapshot part = WeightSnapshot.of(all.arrays().subList(0, 1));
    assertThat(all.manifest().shards()).containsAll(part.manifest().shards());
    try (LoadedModel model = TWO_LAYERS.build(Device.cpu())) {
      model.refresh(all);
      Counting source = new Counting(part);
      assertThatThrownBy(() -> model.refresh(source))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("the weights don't match the model: only the model has '")
          .hasMessageContaining("name: check that this is the architecture they belong to");
      assertThat(source.asked).isEmpty();
      model.refresh(all);
      assertThat(outputs(model)).isEqualTo(outputsOfFresh(TWO_LAYERS, all));
    }
  }

  @Test
  void aSnapshotThatHasMoreIsRefused() {
    List<HostArray> more = new ArrayList<>(TestNets.weights(1).arrays());
    more.add(more.get(0).named("another"));
    try (LoadedModel model = CLASSIFIER.build(Device.cpu())) {
      assertThatThrownBy(() -> model.refresh(WeightSnapshot.of(more)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("the model: only the weights have 'another' (float32 (16, 8));");
    }
  }

  @Test
  void arraysOfTheModelKeepTheirMemory() {
    WeightSnapshot first = TestNets.wideWeights(1);
    try (LoadedModel model = WIDE.build(Device.cpu())) {
      model.refresh(first);
      int arrays = model.manager().getManagedArrays().size();
      for (int seed = 2; seed < 6; seed++) {
        model.refresh(TestNets.wideWeights(seed));
      }
      assertThat(model.manager().getManagedArrays()).hasSize(arrays);
    }
  }

  @Test
  void noFolderIsLeftBehindByTheModulesThatWereLoaded() throws IOException {
    Set<Path> before = foldersOfModules();
    try (LoadedModel model = ModelSource.torchScript().build(Device.cpu())) {
      for (String name : new String[] {"a", "b", "c", "a", "b"}) {
        model.refresh(TorchScriptSource.snapshotOf(module("batchnorm-" + name + ".pt")));
      }
      assertThatThrownBy(() -> model.refresh(TorchScriptSource.snapshotOf(new byte[] {1, 2, 3, 4})))
          .hasMessageContaining("can't load a TorchScript module (4 bytes)");
      assertThat(foldersLeftSince(before)).isEmpty();
    }
    assertThat(foldersLeftSince(before)).isEmpty();
  }

  @Test
  void weightsThatAreLostWhileAModuleIsReadAreNotItsFault() throws IOException {
    WeightSnapshot module = TorchScriptSource.snapshotOf(module("batchnorm-a.pt"));
    WeightSource lost =
        new WeightSource() {
          @Override
          public Manifest manifest() {
            return module.manifest();
          }

          @Override
          public Iterator<Shard> shards(List<String> hashes) {
            Iterator<Shard> shards = module.shards().iterator();
            return new Iterator<>() {
              @Override
              public boolean hasNext() {
                return true;
              }

              @Override
              public Shard next() {
                if (!shards.hasNext()) {
                  throw new IllegalStateException("the weights can't be fetched");
                }
                return shards.next();
              }
            };
          }
        };
    try (LoadedModel model = new TorchScriptSource().build(Device.cpu())) {
      assertThatThrownBy(() -> model.refresh(lost))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("the weights can't be fetched");
    }
  }

  @Test
  void aModuleIsReadOneShardAtATime() throws IOException {
    byte[] module = module("batchnorm-a.pt");
    Counting source = new Counting(TorchScriptSource.snapshotOf(module));
    ModuleFormat format = new TorchScriptFormat();
    try (InputStream stream = new ModuleStream(format, source)) {
      assertThat(stream.readAllBytes()).isEqualTo(module);
    }
    assertThat(source.asked).isEqualTo(source.manifest().shards());
    assertThatThrownBy(() -> new ModuleStream(format, TestNets.weights(1)).close())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a TorchScript module requires a snapshot of its whole file")
        .hasMessageContaining("this one has the array '");
    assertThatThrownBy(() -> new ModuleStream(format, WeightSnapshot.of(List.of())).close())
        .hasMessageContaining("this one has no content");
  }

  @Test
  void anOnnxModelWhereItsEngineIsMissingSaysWhatToAdd() {
    assertThat(Engine.hasEngine("OnnxRuntime")).as("on the class path of this module").isFalse();
    assertThatThrownBy(() -> ModelSource.onnx().build(Device.cpu()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("can't run ONNX models: DJL's OnnxRuntime engine is not on the class")
        .hasMessageContaining("add ai.djl.onnxruntime:onnxruntime-engine:" + Engine.getDjlVersion())
        .hasMessageContaining("com.microsoft.onnxruntime:onnxruntime");
  }

  private static Block twoLayers() {
    return new SequentialBlock()
        .add(Linear.builder().setUnits(20_000).optBias(false).build())
        .add(Linear.builder().setUnits(15).optBias(false).build());
  }

  /** Weights of {@link #twoLayers}: a shard for each of the layers. */
  private static WeightSnapshot layers(long seed1, long seed2) {
    List<HostArray> first = TestNets.weights(twoLayers(), seed1).arrays();
    List<HostArray> second = TestNets.weights(twoLayers(), seed2).arrays();
    return WeightSnapshot.of(List.of(first.get(0), second.get(1)));
  }

  private byte[] outputs(LoadedModel model) {
    try (NDManager scope = manager.newSubManager()) {
      NDList x = new NDList(scope.arange(24f).reshape(new Shape(3, 8)));
      return model.model().forward(x).singletonOrThrow().toByteArray();
    }
  }

  private byte[] outputsOfFresh(ModelSource source, WeightSnapshot weights) {
    try (LoadedModel fresh = source.build(Device.cpu())) {
      fresh.refresh(weights);
      return outputs(fresh);
    }
  }

  /** Those of other processes, which share the place, are gone after a moment. */
  private static Set<Path> foldersLeftSince(Set<Path> before) throws IOException {
    Instant end = Instant.now().plusSeconds(10);
    Set<Path> left = foldersOfModules();
    left.removeAll(before);
    while (!left.isEmpty() && Instant.now().isBefore(end)) {
      left.removeIf(folder -> !Files.exists(folder));
      Thread.onSpinWait();
    }
    return left;
  }

  private static Set<Path> foldersOfModules() throws IOException {
    try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return files
          .filter(path -> path.getFileName().toString().startsWith("pt-model"))
          .collect(Collectors.toSet());
    }
  }

  private static byte[] module(String name) throws IOException {
    try (@Nullable InputStream in =
        LoadedModelTest.class.getResourceAsStream("/torchscript/" + name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    }
  }

  /** Notes which shards are asked for; fails after some of them. */
  private static class Counting implements WeightSource {
    private final WeightSnapshot weights;
    private final List<String> asked = new ArrayList<>();
    private int fine = Integer.MAX_VALUE;

    Counting(WeightSnapshot weights) {
      this.weights = weights;
    }

    @Override
    public Manifest manifest() {
      return weights.manifest();
    }

    @Override
    public Iterator<Shard> shards(List<String> hashes) {
      return hashes.stream().map(this::shard).iterator();
    }

    private Shard shard(String hash) {
      if (asked.size() >= fine) {
        throw new IllegalStateException("lost");
      }
      asked.add(hash);
      return weights.shards(List.of(hash)).next();
    }
  }
}
