package io.ostinato.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.chaos.DamagedFiles;
import io.ostinato.model.ModuleStream.NotAModuleException;
import io.ostinato.torchscript.ModuleFacts;
import io.ostinato.weights.HostArray;
import io.ostinato.weights.Shard;
import io.ostinato.weights.WeightSnapshot;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of modules in pieces, and put together again. */
class ModulePieceTest {
  private static final ModuleFormat TORCH = new TorchScriptFormat();
  private static final ModuleFormat ONNX = new OnnxFormat();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/torchscript/batchnorm-a.pt",
        "/torchscript/usual.pt",
        "/torchscript/bfloat16.pt",
        "/torchscript/traced.pt",
        "/weights/tied.pt",
        "/weights/frozen.pt"
      })
  void aModuleIsTheSameBytesAfterwards(String resource) {
    byte[] module = TorchModules.content(resource);
    WeightSnapshot snapshot = TorchScriptSource.snapshotOf(module);
    assertThat(snapshot.arrays().size()).as("arrays").isGreaterThan(3);
    assertThat(file(TORCH, snapshot)).isEqualTo(module);
  }

  @Test
  void anOnnxModelIsTheSameBytesAfterwards() {
    byte[] model = TorchModules.content("/weights/mlp.onnx");
    WeightSnapshot snapshot = OnnxSource.snapshotOf(model);
    assertThat(snapshot.arrays()).extracting(HostArray::name).contains("model.onnx/1.weight");
    assertThat(file(ONNX, snapshot)).isEqualTo(model);
  }

  @Test
  void whatIsNoArchiveStaysWhole() {
    byte[] content = {1, 2, 3};
    WeightSnapshot snapshot = TorchScriptSource.snapshotOf(content, ModuleFacts.none());
    assertThat(snapshot.arrays())
        .extracting(HostArray::name)
        .containsExactly("module.facts", "module.pt");
    assertThat(file(TORCH, snapshot)).isEqualTo(content);
  }

  @Test
  void damagedFilesAreTheSameBytesAfterwards() {
    List<byte[]> modules =
        List.of(TorchModules.content("/torchscript/batchnorm-a.pt"), WeightFixtures.small());
    new DamagedFiles("pieces", modules)
        .readBy(
            (damaged, original) -> {
              WeightSnapshot snapshot =
                  TorchScriptSource.snapshotOf(damaged, ModuleFacts.unknown("damaged"));
              assertThat(file(TORCH, snapshot)).isEqualTo(damaged);
              return snapshot.arrays().size() > 2 ? "in pieces" : "whole";
            });
  }

  @Test
  void tensorsThatStayTheSameKeepTheirShards() {
    ModuleTemplate net = ModuleTemplate.of(WeightFixtures.backbone());
    List<HostArray> weights = WeightFixtures.backboneWeights(1);
    WeightSnapshot before = WeightFixtures.filled(net, weights);
    WeightSnapshot after = WeightFixtures.filled(net, WeightFixtures.withOtherHead(weights, 2));
    Set<String> known = new HashSet<>(before.manifest().shards());
    List<Shard> changed =
        after.shards().stream().filter(shard -> !known.contains(shard.hash())).toList();
    long bytes = changed.stream().mapToLong(Shard::sizeBytes).sum();
    assertThat(changed).isNotEmpty();
    assertThat((double) bytes / after.sizeBytes()).isLessThan(0.02);
    assertThat(file(TORCH, after)).isNotEqualTo(file(TORCH, before));
  }

  /** PyTorch names the folder in the archive after the file. */
  @Test
  void aFileOfAnotherNameHasTheSameShardsOfTensors() {
    byte[] module = WeightFixtures.filledModule(1);
    WeightSnapshot one = TorchScriptSource.snapshotOf(module);
    WeightSnapshot other = TorchScriptSource.snapshotOf(WeightFixtures.renamed(module));
    Set<String> shared = new HashSet<>(one.manifest().shards());
    shared.retainAll(other.manifest().shards());
    assertThat(shared.size()).isGreaterThan(one.manifest().shards().size() - 3);
  }

  @Test
  void aSnapshotWhosePiecesDontFitItsLayoutIsRejected() {
    WeightSnapshot sound = TorchScriptSource.snapshotOf(WeightFixtures.filledModule(1));
    List<HostArray> less = sound.arrays().subList(0, sound.arrays().size() - 1);
    assertThatThrownBy(() -> file(TORCH, WeightSnapshot.of(less)))
        .isInstanceOf(NotAModuleException.class)
        .hasMessage(
            "a TorchScript module requires a snapshot of its whole file (snapshotOf of its"
                + " source); this one has only some of its pieces");
    List<HostArray> more = new ArrayList<>(sound.arrays());
    more.add(HostArray.of("module.pt/x", DataType.UINT8, new Shape(1), new byte[1]));
    assertThatThrownBy(() -> file(TORCH, WeightSnapshot.of(more)))
        .isInstanceOf(NotAModuleException.class)
        .hasMessageContaining("this one has pieces that don't fit its layout");
  }

  /** Reads in steps of any size. */
  private static byte[] file(ModuleFormat format, WeightSnapshot snapshot) {
    Random random = new Random(1);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try (ModuleStream stream = new ModuleStream(format, snapshot)) {
      byte[] some = new byte[1 + random.nextInt(100_000)];
      for (int n = stream.read(some, 0, some.length); n >= 0; ) {
        all.write(some, 0, n);
        n = stream.read(some, 0, 1 + random.nextInt(some.length));
      }
      stream
          .failure()
          .ifPresent(
              failure -> {
                throw failure;
              });
      assertThat(stream.bytesRead()).isEqualTo(all.size());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return all.toByteArray();
  }
}
