package io.ostinato.spark.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.spark.util.io.ChunkedByteBuffer;
import org.junit.jupiter.api.Test;

class InternalPiecesTest {
  private static final int KIB = 1 << 10;

  @Test
  void piecesAreTheBytesOfAllPartsWhateverTheirSizes() {
    Random random = new Random(5);
    for (int i = 0; i < 100; i++) {
      List<ByteBuffer> parts = new ArrayList<>();
      ByteBuffer expected = ByteBuffer.allocate(20 * 600 * KIB);
      int count = random.nextInt(20);
      for (int part = 0; part < count; part++) {
        ByteBuffer bytes = direct(random, random.nextInt(600 * KIB));
        parts.add(bytes);
        expected.put(bytes.duplicate());
      }
      ChunkedByteBuffer pieces = InternalPieces.of(parts);
      assertThat(pieces.toByteBuffer()).isEqualTo(expected.flip());
      assertThat(pieces.size()).isEqualTo(expected.remaining());
      assertThat(sizes(pieces)).allMatch(size -> size > 0 && size <= 256 * KIB);
    }
  }

  @Test
  void partsAreSplitButNotCopied() {
    ByteBuffer large = direct(new Random(6), 600 * KIB);
    ChunkedByteBuffer pieces = InternalPieces.of(List.of(direct(new Random(7), 24), large));
    assertThat(sizes(pieces)).containsExactly(24, 256 * KIB, 256 * KIB, 88 * KIB);
    large.put(300 * KIB, (byte) (large.get(300 * KIB) + 1));
    assertThat(pieces.getChunks()[2].get(44 * KIB)).isEqualTo(large.get(300 * KIB));
  }

  @Test
  void aPartGoesFromItsPositionToItsLimit() {
    ByteBuffer bytes = direct(new Random(8), 100 * KIB).position(10).limit(90 * KIB);
    ByteBuffer expected = ByteBuffer.allocate(180 * KIB).put(bytes.duplicate());
    assertThat(InternalPieces.of(List.of(bytes)).toByteBuffer())
        .isEqualTo(expected.duplicate().flip());
    assertThat(InternalPieces.of(List.of(bytes, bytes)).toByteBuffer())
        .isEqualTo(expected.put(bytes.duplicate()).flip());
  }

  @Test
  void bytesOfOnePartAreReadInPlace() {
    ByteBuffer bytes = ByteBuffer.wrap(new byte[600 * KIB]);
    ChunkedByteBuffer pieces = InternalPieces.of(List.of(bytes));
    assertThat(sizes(pieces)).containsExactly(256 * KIB, 256 * KIB, 88 * KIB);
    assertThat(pieces.toByteBuffer().array()).isSameAs(bytes.array());
  }

  @Test
  void memoryOutlivesItsPieces() {
    ByteBuffer bytes = direct(new Random(9), 300 * KIB);
    byte[] before = new byte[bytes.remaining()];
    bytes.get(0, before);
    InternalPieces.of(List.of(bytes)).dispose();
    byte[] after = new byte[bytes.remaining()];
    bytes.get(0, after);
    assertThat(after).isEqualTo(before);
  }

  private static ByteBuffer direct(Random random, int size) {
    byte[] bytes = new byte[size];
    random.nextBytes(bytes);
    return ByteBuffer.allocateDirect(size).put(bytes).flip();
  }

  private static List<Integer> sizes(ChunkedByteBuffer pieces) {
    return Arrays.stream(pieces.getChunks()).map(ByteBuffer::remaining).toList();
  }
}
