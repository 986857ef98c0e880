package io.ostinato.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SnapshotTakerTest {
  private static final int PIECE_FLOATS = WeightSnapshot.SHARD_BYTES / 4;

  private final NDManager manager = Engine.getInstance().newBaseManager();
  private final SnapshotTaker taker = new SnapshotTaker();
  private final Map<String, NDArray> arrays = new LinkedHashMap<>();

  SnapshotTakerTest() {
    arrays.put("large", manager.ones(new Shape(2 * PIECE_FLOATS + 10)));
    arrays.put("small", manager.arange(12f).reshape(3, 4));
    arrays.put("scalar", manager.create(3L));
    arrays.put("empty", manager.zeros(new Shape(0, 5)));
    arrays.put("half", manager.zeros(new Shape(4), DataType.FLOAT16));
  }

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void aSnapshotHasTheArraysInTheirOrder() {
    WeightSnapshot snapshot = taker.take(arrays);
    assertThat(snapshot.arrays().toString())
        .isEqualTo(
            "[large: float32 ("
                + (2 * PIECE_FLOATS + 10)
                + "), small: float32 (3, 4), scalar: int64 (),"
                + " empty: float32 (0, 5), half: float16 (4)]");
    for (HostArray array : snapshot.arrays()) {
      NDArray live = arrays.getOrDefault(array.name(), manager.create(0));
      assertThat(array).isEqualTo(HostArray.copyOf(array.name(), live));
    }
    WeightSnapshot sharing = WeightSnapshot.of(snapshot.arrays());
    assertThat(snapshot.manifest()).isEqualTo(sharing.manifest());
    assertThat(snapshot.hasOwnMemory()).isTrue();
    assertThat(sharing.hasOwnMemory()).as("the arrays can be anybody's").isFalse();
  }

  @Test
  void capturedWeightsAreThoseOfTheirMomentWhateverHappensAfter() {
    NDArray small = arrays.getOrDefault("small", manager.create(0));
    NDArray large = arrays.getOrDefault("large", manager.create(0));
    List<CapturedWeights> captured = new ArrayList<>();
    List<WeightSnapshot> expected = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      captured.add(taker.capture(arrays, null));
      expected.add(new SnapshotTaker().take(arrays));
      small.muli(2);
      large.get("0:5").addi(1);
    }
    // Out of order, and with more copies in between, which use the memory of those before.
    for (int i : List.of(2, 0, 3, 1)) {
      taker.capture(arrays, null).close();
      assertThat(captured.get(i).get().arrays()).isEqualTo(expected.get(i).arrays());
      assertThat(captured.get(i).get().manifest()).isEqualTo(expected.get(i).manifest());
    }
    assertThat(captured.get(0).get().shards())
        .as("the middle of 'large', which no snapshot has changed, is there once")
        .anyMatch(
            shard -> captured.get(1).get().shards().stream().anyMatch(other -> other == shard));
  }

  @Test
  void whatIsUnchangedIsNotCapturedAgain() {
    CapturedWeights first = taker.capture(arrays, null);
    assertThat(taker.capture(arrays, first)).isSameAs(first);
    WeightSnapshot snapshot = first.get();
    assertThat(taker.capture(arrays, null).get()).isSameAs(snapshot);
    assertThat(taker.take(arrays)).isSameAs(snapshot);
    arrays.getOrDefault("small", manager.create(0)).muli(2);
    CapturedWeights changed = taker.capture(arrays, first);
    assertThat(changed).isNotSameAs(first);
    changed.close();
    assertThatThrownBy(changed::get)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("these weights were discarded before they became a snapshot");
    assertThat(taker.take(Map.of()).arrays()).isEmpty();
    assertThat(taker.capture(Map.of(), null).get().arrays()).isEmpty();
  }

  @Test
  void whatDidNotChangeIsTheSameObjectTheNextTime() {
    List<Shard> first = taker.take(arrays).shards();
    arrays.getOrDefault("small", manager.create(0)).muli(2);
    List<Shard> second = taker.take(arrays).shards();
    assertThat(second).hasSameSizeAs(first).hasSize(4);
    for (int piece = 0; piece < 3; piece++) {
      assertThat(second.get(piece)).as("piece %d of large", piece).isSameAs(first.get(piece));
    }
    assertThat(second.get(3).hash()).isNotEqualTo(first.get(3).hash());
    assertThat(taker.take(arrays).shards())
        .allSatisfy(shard -> assertThat(second).anyMatch(other -> other == shard));
  }

  @Test
  void theSnapshotItselfIsGivenAgainUntilSomethingChanges() {
    WeightSnapshot first = taker.take(arrays);
    assertThat(taker.take(arrays)).isSameAs(first);
    NDArray small = arrays.getOrDefault("small", manager.create(0));
    small.muli(2);
    WeightSnapshot second = taker.take(arrays);
    assertThat(second).isNotSameAs(first);
    assertThat(taker.take(arrays)).isSameAs(second);
    assertThat(second.manifest()).isEqualTo(WeightSnapshot.of(second.arrays()).manifest());
  }

  @Test
  void otherNamesTypesAndShapesOfTheSameBytesAreOtherWeights() {
    NDArray floats = manager.ones(new Shape(4));
    Map<String, NDArray> before = Map.of("a", floats);
    for (Map<String, NDArray> later :
        List.of(
            Map.of("b", floats),
            Map.of("a", floats.reshape(2, 2)),
            Map.of("a", manager.create(new int[] {0x3f800000, 0x3f800000, 0x3f800000, 0x3f800000})),
            Map.of("a", floats, "b", floats))) {
      WeightSnapshot first = taker.take(before);
      WeightSnapshot second = taker.take(later);
      assertThat(second.manifest()).as("%s", later.keySet()).isNotEqualTo(first.manifest());
      assertThat(second.manifest()).isEqualTo(WeightSnapshot.of(second.arrays()).manifest());
    }
  }

  @Test
  void oneElementChangesOnePieceAlone() {
    List<Shard> first = taker.take(arrays).shards();
    arrays.getOrDefault("large", manager.create(0)).get(PIECE_FLOATS + ":").addi(1);
    List<Shard> second = taker.take(arrays).shards();
    assertThat(second.get(0)).isSameAs(first.get(0));
    assertThat(second.get(1)).isNotSameAs(first.get(1));
    assertThat(second.get(2)).isNotSameAs(first.get(2));
    assertThat(second.get(3)).isSameAs(first.get(3));
  }

  @Test
  void aSnapshotStaysAsItIsWhenTheArraysChange() {
    WeightSnapshot snapshot = taker.take(arrays);
    HostArray small = HostArray.copyOf("small", arrays.getOrDefault("small", manager.create(0)));
    arrays.values().forEach(array -> array.addi(1));
    WeightSnapshot later = taker.take(arrays);
    assertThat(snapshot.arrays().get(1)).isEqualTo(small).isNotEqualTo(later.arrays().get(1));
    assertThat(WeightSnapshot.of(snapshot.arrays()).manifest())
        .as("hashed again")
        .isEqualTo(snapshot.manifest());
    assertThat(later.manifest()).isNotEqualTo(snapshot.manifest());
  }

  @Test
  void aSnapshotOutlivesItsArrays() {
    WeightSnapshot snapshot = taker.take(arrays);
    manager.close();
    assertThat(WeightSnapshot.of(snapshot.arrays()).manifest()).isEqualTo(snapshot.manifest());
  }

  @Test
  void whatComesBackIsFoundByItsContentButNotKept() {
    WeightSnapshot first = taker.take(arrays);
    NDArray small = arrays.getOrDefault("small", manager.create(0));
    small.muli(2);
    taker.take(arrays);
    small.divi(2);
    WeightSnapshot again = taker.take(arrays);
    assertThat(again.manifest()).isEqualTo(first.manifest());
    assertThat(again.shards().get(3))
        .as("only the last snapshot is kept")
        .isNotSameAs(first.shards().get(3));
  }

  @Test
  void noArraysAreAnEmptySnapshot() {
    WeightSnapshot snapshot = taker.take(Map.of());
    assertThat(snapshot.shards()).isEmpty();
    assertThat(snapshot.sizeBytes()).isZero();
  }

  @Test
  void takingLeavesNothingWithTheManager() {
    int before = manager.getManagedArrays().size();
    taker.take(arrays);
    taker.take(arrays);
    assertThat(manager.getManagedArrays()).hasSize(before);
  }
}
