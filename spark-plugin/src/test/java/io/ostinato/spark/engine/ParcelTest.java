package io.ostinato.spark.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.weights.Shard;
import io.ostinato.weights.ShardBytes;
import io.ostinato.weights.Slice;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ParcelTest {
  private static final int KIB = 1 << 10;

  private final Random random = new Random(3);

  @Test
  void everyShardIsAtItsPlaceWhateverIsShared() {
    for (int i = 0; i < 50; i++) {
      List<Shard> shards = new ArrayList<>();
      for (int shard = 0; shard < 6; shard++) {
        List<Slice> slices = new ArrayList<>();
        for (int slice = 0; slice < 1 + random.nextInt(5); slice++) {
          slices.add(slice(random.nextInt(200 * KIB), random.nextBoolean()));
        }
        shards.add(Shard.of(slices));
      }
      Sent sent = new Sent();
      Parcel parcel = Parcel.of(shards, random.nextInt(600 * KIB), sent::take);
      ByteBuffer whole = sent.joined();
      for (Shard shard : shards) {
        int[] place = parcel.places().getOrDefault(shard.hash(), new int[] {0, 0});
        byte[] bytes = new byte[place[1]];
        whole.get(place[0], bytes);
        assertThat(bytes).isEqualTo(ShardBytes.of(shard));
      }
    }
  }

  @Test
  void largePartsOutsideTheHeapAreSharedWithinTheLimit() {
    List<Shard> shards =
        List.of(
            Shard.of(List.of(slice(100 * KIB, true), slice(63 * KIB, true))),
            Shard.of(List.of(slice(100 * KIB, false))),
            Shard.of(List.of(slice(90 * KIB, true))),
            Shard.of(List.of(slice(80 * KIB, true))));
    Sent sent = new Sent();
    assertThat(Parcel.of(shards, 243 * KIB, sent::take).inPlaceBytes())
        .as("a part that is shared keeps the memory of its shard")
        .isEqualTo((100 + 63 + 80) * KIB);
    assertThat(sent.parts.stream().filter(ByteBuffer::isDirect).map(ByteBuffer::remaining))
        .containsExactly(100 * KIB, 80 * KIB);
    assertThat(sent.parts.stream().filter(part -> !part.isDirect())).hasSize(2);
    assertThat(sent.parts).allMatch(part -> part.isDirect() || isExact(part));
  }

  @Test
  void aShardOfSmallPartsKeepsNoMemory() {
    List<Shard> shards = List.of(Shard.of(List.of(slice(63 * KIB, true), slice(9, true))));
    Sent sent = new Sent();
    assertThat(Parcel.of(shards, 1 << 20, sent::take).inPlaceBytes()).isZero();
    assertThat(sent.parts).singleElement().matches(ParcelTest::isExact);
  }

  @Test
  void withoutALimitToShareTheContentIsOneCopy() {
    List<Shard> shards =
        List.of(Shard.of(List.of(slice(100 * KIB, true))), Shard.of(List.of(slice(10, false))));
    Sent sent = new Sent();
    assertThat(Parcel.of(shards, 0, sent::take).inPlaceBytes()).isZero();
    assertThat(sent.parts).singleElement().matches(ParcelTest::isExact);
  }

  /** Whether a buffer has an array, and all of it. */
  private static boolean isExact(ByteBuffer part) {
    return part.hasArray() && part.array().length == part.remaining();
  }

  private Slice slice(int size, boolean isDirect) {
    byte[] bytes = new byte[size];
    random.nextBytes(bytes);
    ByteBuffer content =
        isDirect ? ByteBuffer.allocateDirect(size).put(bytes).flip() : ByteBuffer.wrap(bytes);
    return new Slice("w" + random.nextInt(), DataType.INT8, new Shape(size), 0, content);
  }

  /** Keeps what is sent. */
  private static final class Sent {
    private List<ByteBuffer> parts = List.of();

    ParcelContent take(List<ByteBuffer> sent) {
      parts = List.copyOf(sent);
      return new Nowhere();
    }

    ByteBuffer joined() {
      ByteBuffer all = ByteBuffer.allocate(parts.stream().mapToInt(ByteBuffer::remaining).sum());
      parts.forEach(part -> all.put(part.duplicate()));
      return all.flip();
    }
  }

  private record Nowhere() implements ParcelContent {
    @Override
    public Reader fetch() {
      throw new IllegalStateException("nothing was sent");
    }

    @Override
    public void free() {}

    @Override
    public void destroy() {}
  }
}
