package io.ostinato.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ShardTest {
  private static final String[] NAMES = {
    "weight", "01Linear_weight", "two words", " ", "", "a,b", "größe", "重み", "🎵 0 FLOAT32 ", "x\ny"
  };
  private static final DataType[] TYPES = {
    DataType.FLOAT32,
    DataType.FLOAT64,
    DataType.INT8,
    DataType.UINT8,
    DataType.INT64,
    DataType.BOOLEAN,
    DataType.FLOAT16
  };

  @Test
  void whatIsEncodedIsDecodedAgainWhateverTheSlices() {
    Random random = new Random(7);
    for (int i = 0; i < 300; i++) {
      Shard shard = Shard.of(slices(random));
      Shard read = Shard.decode(shard.hash(), ByteBuffer.wrap(ShardBytes.of(shard)));
      assertThat(read.hash()).isEqualTo(shard.hash());
      assertThat(read.sizeBytes()).isEqualTo(shard.sizeBytes());
      assertThat(read.slices()).hasSameSizeAs(shard.slices());
      for (int s = 0; s < read.slices().size(); s++) {
        assertSame(read.slices().get(s), shard.slices().get(s));
      }
      assertThat(Shard.of(read.slices()).hash()).as("the content alone").isEqualTo(shard.hash());
    }
  }

  @Test
  void encodingLeavesTheSlicesAsTheyWere() {
    Shard shard = Shard.of(List.of(slice("w", 0, 1, 2, 3)));
    assertThat(ShardBytes.of(shard)).isEqualTo(ShardBytes.of(shard));
    assertThat(bytes(shard.slices().get(0).content())).containsExactly(1, 2, 3);
  }

  @Test
  void bytesThatEndTooEarlyAreRefusedWhereverTheyEnd() {
    byte[] bytes = ShardBytes.of(Shard.of(List.of(slice("a b", 0, 1, 2), slice("c", 0, 3))));
    for (int length = 0; length < bytes.length; length++) {
      byte[] some = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> Shard.decode("12ab", ByteBuffer.wrap(some)))
          .as("%d of %d bytes", length, bytes.length)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("%d bytes are not a valid encoding of shard 12ab".formatted(length));
    }
  }

  @Test
  void bytesOfAnythingElseAreRefused() {
    byte[] more = ShardBytes.of(Shard.of(List.of(slice("a", 0, 1))));
    byte[] oneMore = Arrays.copyOf(more, more.length + 1);
    byte[] noise = new byte[40];
    Arrays.fill(noise, (byte) -1);
    byte[] huge = ByteBuffer.allocate(8).putInt(1).putInt(Integer.MAX_VALUE).array();
    byte[] text = "no shard at all, but a text".getBytes();
    for (byte[] bytes : new byte[][] {oneMore, noise, huge, text}) {
      assertThatThrownBy(() -> Shard.decode("12ab", ByteBuffer.wrap(bytes)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("%d bytes are not a valid encoding of shard 12ab".formatted(bytes.length));
    }
  }

  @Test
  void theHashDependsOnEverythingThatTheShardSays() {
    Set<String> hashes = new HashSet<>();
    List<List<Slice>> different =
        List.of(
            List.of(slice("w", DataType.INT8, new Shape(4), 0, 1, 2, 3, 4)),
            List.of(slice("v", DataType.INT8, new Shape(4), 0, 1, 2, 3, 4)),
            List.of(slice("w", DataType.UINT8, new Shape(4), 0, 1, 2, 3, 4)),
            List.of(slice("w", DataType.INT8, new Shape(2, 2), 0, 1, 2, 3, 4)),
            List.of(slice("w", DataType.INT8, new Shape(8), 0, 1, 2, 3, 4)),
            List.of(slice("w", DataType.INT8, new Shape(8), 4, 1, 2, 3, 4)),
            List.of(slice("w", DataType.INT8, new Shape(4), 0, 1, 2, 3, 5)),
            List.of(slice("w", DataType.FLOAT32, new Shape(), 0, 1, 2, 3, 4)),
            List.of(slice("w", DataType.FLOAT32, new Shape(1), 0, 1, 2, 3, 4)),
            List.of(slice("w", 0, 1, 2), slice("v", 0, 3, 4)),
            List.of(slice("v", 0, 3, 4), slice("w", 0, 1, 2)));
    different.forEach(slices -> hashes.add(Shard.of(slices).hash()));
    assertThat(hashes).hasSameSizeAs(different);
  }

  @Test
  void theHashIsThatOfTheContentAndNotOfItsPlaceInMemory() {
    ByteBuffer direct = ByteBuffer.allocateDirect(8);
    direct.put(3, new byte[] {1, 2, 3});
    Slice elsewhere = slice("w", 0, 1, 2, 3).over(direct.slice(3, 3));
    assertThat(Shard.of(List.of(elsewhere)).hash())
        .isEqualTo(Shard.of(List.of(slice("w", 0, 1, 2, 3))).hash())
        .matches("[0-9a-f]{64}");
    assertThat(ShardBytes.of(Shard.of(List.of(elsewhere))))
        .isEqualTo(ShardBytes.of(Shard.of(List.of(slice("w", 0, 1, 2, 3)))));
  }

  private static List<Slice> slices(Random random) {
    List<Slice> slices = new ArrayList<>();
    int count = 1 + random.nextInt(5);
    for (int i = 0; i < count; i++) {
      long[] dimensions = random.longs(random.nextInt(4), 0, 5).toArray();
      DataType type = TYPES[random.nextInt(TYPES.length)];
      Shape shape = new Shape(dimensions);
      long elements = shape.size();
      long from = random.nextLong(elements + 1);
      long to = from + random.nextLong(elements - from + 1);
      int width = type.getNumOfBytes();
      byte[] content = new byte[(int) (to - from) * width];
      random.nextBytes(content);
      slices.add(
          new Slice(
              NAMES[random.nextInt(NAMES.length)],
              type,
              shape,
              from * width,
              ByteBuffer.wrap(content)));
    }
    return slices;
  }

  private static void assertSame(Slice read, Slice written) {
    assertThat(read.array()).isEqualTo(written.array());
    assertThat(read.dataType()).isEqualTo(written.dataType());
    assertThat(read.shape()).isEqualTo(written.shape());
    assertThat(read.offsetBytes()).isEqualTo(written.offsetBytes());
    assertThat(read.isWhole()).isEqualTo(written.isWhole());
    assertThat(bytes(read.content())).isEqualTo(bytes(written.content()));
  }

  private static Slice slice(String name, long offset, int... content) {
    return slice(name, DataType.INT8, new Shape(content.length), offset, content);
  }

  private static Slice slice(String name, DataType type, Shape shape, long offset, int... content) {
    ByteBuffer bytes = ByteBuffer.allocate(content.length);
    for (int value : content) {
      bytes.put((byte) value);
    }
    return new Slice(name, type, shape, offset, bytes.rewind());
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }
}
