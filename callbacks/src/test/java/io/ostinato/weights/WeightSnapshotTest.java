package io.ostinato.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class WeightSnapshotTest {
  private static final int GROUP = WeightSnapshot.SHARD_BYTES;
  private static final int PIECE = WeightSnapshot.SHARD_BYTES;

  @Test
  void smallArraysShareAShardUntilItIsFull() {
    WeightSnapshot snapshot =
        WeightSnapshot.of(
            List.of(
                array("a", GROUP / 2, 1),
                array("b", GROUP / 2, 2),
                array("c", 1, 3),
                array("d", GROUP, 4),
                array("e", 0, 5)));
    assertThat(places(snapshot)).containsExactly("a+0 b+0", "c+0", "d+0 e+0");
    assertThat(snapshot.shards()).allMatch(shard -> shard.sizeBytes() <= GROUP);
  }

  @Test
  void aLargeArrayHasShardsOfItsOwn() {
    WeightSnapshot snapshot =
        WeightSnapshot.of(
            List.of(array("small", 10, 1), array("large", 2 * PIECE + 5, 2), array("last", 10, 3)));
    assertThat(places(snapshot))
        .containsExactly("small+0", "large+0", "large+" + PIECE, "large+" + 2 * PIECE, "last+0");
    assertThat(snapshot.shards()).allMatch(shard -> shard.sizeBytes() <= PIECE);
  }

  @Test
  void thePiecesOfAnArrayPutTogetherAreTheArray() {
    Random random = new Random(3);
    List<HostArray> arrays = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      arrays.add(array("array " + i, random.nextInt(i % 5 == 0 ? 3 * PIECE : GROUP), i));
    }
    arrays.add(HostArray.of("scalar", DataType.FLOAT64, new Shape(), new byte[8]));
    arrays.add(HostArray.of("empty", DataType.FLOAT64, new Shape(3, 0), new byte[0]));
    WeightSnapshot snapshot = WeightSnapshot.of(arrays);
    Map<String, ByteBuffer> together = new LinkedHashMap<>();
    for (String hash : snapshot.manifest().shards()) {
      Shard travelled = Shard.decode(hash, ByteBuffer.wrap(ShardBytes.of(shard(snapshot, hash))));
      for (Slice slice : travelled.slices()) {
        int size = (int) HostArray.sizeBytes(slice.dataType(), slice.shape());
        ByteBuffer target =
            together.computeIfAbsent(slice.array(), name -> ByteBuffer.allocate(size));
        assertThat(slice.offsetBytes()).as(slice.array()).isEqualTo(target.position());
        target.put(slice.content());
      }
    }
    assertThat(together).hasSameSizeAs(arrays);
    for (HostArray array : arrays) {
      ByteBuffer bytes = together.getOrDefault(array.name(), ByteBuffer.allocate(1));
      assertThat(Arrays.equals(bytes.array(), array.bytes())).as(array.name()).isTrue();
    }
    assertThat(snapshot.sizeBytes())
        .isEqualTo(arrays.stream().mapToLong(HostArray::sizeBytes).sum())
        .isEqualTo(snapshot.shards().stream().mapToLong(Shard::sizeBytes).sum());
  }

  @Test
  void theCutDependsOnSizesAloneAndNotOnSegments() {
    for (int size : new int[] {100, GROUP + 1, 2 * PIECE + 100}) {
      HostArray whole = array("w", size, 1);
      ByteBuffer all = ByteBuffer.wrap(whole.bytes());
      int cut = size / 3;
      HostArray segmented =
          HostArray.of(
              "w",
              DataType.UINT8,
              new Shape(size),
              List.of(all.slice(0, cut), all.slice(cut, 0), all.slice(cut, size - cut)));
      assertThat(segmented).isEqualTo(whole);
      assertThat(WeightSnapshot.of(List.of(array("v", 7, 2), segmented)).manifest())
          .as("%d bytes", size)
          .isEqualTo(WeightSnapshot.of(List.of(array("v", 7, 2), whole)).manifest());
    }
  }

  @Test
  void aChangeInAPieceChangesNoOtherShard() {
    WeightSnapshot before =
        WeightSnapshot.of(List.of(array("a", 3 * PIECE, 1), array("b", 100, 2)));
    byte[] changed = before.arrays().get(0).bytes().clone();
    changed[PIECE + 17]++;
    WeightSnapshot after =
        WeightSnapshot.of(
            List.of(
                HostArray.of("a", DataType.UINT8, new Shape(changed.length), changed),
                array("b", 100, 2)));
    Set<String> missing = new HashSet<>(after.manifest().shards());
    missing.removeAll(before.manifest().shards());
    assertThat(missing).containsExactly(after.manifest().shards().get(1));
    assertThat(after.manifest().hash()).isNotEqualTo(before.manifest().hash());
  }

  @Test
  void theManifestDependsOnTheOrderOfItsShards() {
    HostArray a = array("a", GROUP, 1);
    HostArray b = array("b", GROUP, 2);
    assertThat(WeightSnapshot.of(List.of(a, b)).manifest().hash())
        .isNotEqualTo(WeightSnapshot.of(List.of(b, a)).manifest().hash())
        .isEqualTo(WeightSnapshot.of(List.of(a, b)).manifest().hash())
        .matches("[0-9a-f]{64}");
  }

  @Test
  void twoArraysOfOneNameAreRefused() {
    assertThatThrownBy(() -> WeightSnapshot.of(List.of(array("w", 1, 1), array("w", 2, 2))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("two weights are named 'w'");
  }

  @Test
  void aShardThatItDoesNotHaveIsRefused() {
    assertThatThrownBy(() -> shard(WeightSnapshot.of(List.of(array("w", 1, 1))), "12ab"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("this snapshot has no shard 12ab");
  }

  private static List<String> places(WeightSnapshot snapshot) {
    return snapshot.manifest().shards().stream()
        .map(hash -> shard(snapshot, hash).slices())
        .map(
            slices ->
                String.join(
                    " ", slices.stream().map(s -> s.array() + "+" + s.offsetBytes()).toList()))
        .toList();
  }

  private static HostArray array(String name, int bytes, long seed) {
    byte[] content = new byte[bytes];
    new Random(seed).nextBytes(content);
    return HostArray.of(name, DataType.UINT8, new Shape(bytes), content);
  }

  private static Shard shard(WeightSnapshot snapshot, String hash) {
    return snapshot.shards(List.of(hash)).next();
  }
}
