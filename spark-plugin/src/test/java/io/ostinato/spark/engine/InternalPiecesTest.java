package io.ostinato.spark.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class InternalPiecesTest {
  private static final int KIB = 1 << 10;

  @Test
  void piecesHaveTheBytesOfAllPartsWhateverTheirSizes() {
    Random random = new Random(5);
    for (int i = 0; i < 100; i++) {
      List<ByteBuffer> parts = new ArrayList<>();
      int count = random.nextInt(20);
      for (int part = 0; part < count; part++) {
        int size = random.nextInt(random.nextBoolean() ? 100 : 600 * KIB);
        parts.add(direct(random, size));
      }
      InternalPieces pieces = InternalPieces.of(parts);
      ByteBuffer joined = Parcel.join(parts);
      assertThat(pieces.toArray()).isEqualTo(joined.array());
      assertThat(pieces.toByteBuffer()).isEqualTo(joined);
      assertThat(sizes(pieces)).allMatch(size -> size > 0 && size <= 256 * KIB);
    }
  }

  @Test
  void smallPartsAreJoinedAndLargeOnesSplitButNotCopied() {
    Random random = new Random(6);
    ByteBuffer large = direct(random, 600 * KIB);
    InternalPieces pieces =
        InternalPieces.of(
            List.of(direct(random, 4), direct(random, 20), large, direct(random, 100)));
    assertThat(sizes(pieces)).containsExactly(24, 256 * KIB, 256 * KIB, 88 * KIB, 100);
    large.put(300 * KIB, (byte) (large.get(300 * KIB) + 1));
    assertThat(pieces.getChunks()[2].get(44 * KIB)).isEqualTo(large.get(300 * KIB));
  }

  @Test
  void manySmallPartsAreSentTogether() {
    Random random = new Random(7);
    List<ByteBuffer> parts = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      parts.add(direct(random, 50));
    }
    assertThat(sizes(InternalPieces.of(parts))).hasSize(8);
  }

  @Test
  void aPartIsSharedFromItsPositionToItsLimit() {
    ByteBuffer bytes = direct(new Random(8), 100 * KIB).position(10).limit(90 * KIB);
    for (InternalPieces pieces :
        List.of(InternalPieces.of(bytes), InternalPieces.of(List.of(bytes)))) {
      assertThat(pieces.toByteBuffer()).isEqualTo(bytes);
      assertThat(pieces.toByteBuffer().position()).isZero();
    }
  }

  @Test
  void bytesOfOneBufferAreReadInPlace() {
    ByteBuffer bytes = ByteBuffer.wrap(new byte[600 * KIB]);
    InternalPieces pieces = InternalPieces.of(bytes);
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

  private static List<Integer> sizes(InternalPieces pieces) {
    return Arrays.stream(pieces.getChunks()).map(ByteBuffer::remaining).toList();
  }
}
