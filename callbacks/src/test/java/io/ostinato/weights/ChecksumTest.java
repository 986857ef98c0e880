package io.ostinato.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ChecksumTest {
  @Test
  void partsInAnyOrderGiveTheChecksumOfTheWhole() {
    Random random = new Random(7);
    for (int i = 0; i < 300; i++) {
      byte[] whole = bytes(random, random.nextInt(400));
      long sum = 0;
      int from = 0;
      while (from < whole.length) {
        int to = from + 1 + random.nextInt(whole.length - from);
        sum ^= Checksum.moved(of(Arrays.copyOfRange(whole, from, to)), -to);
        from = to;
      }
      assertThat(Checksum.moved(sum, whole.length)).isEqualTo(of(whole));
    }
  }

  @Test
  void itIsTheRemainderOfALongDivision() {
    Random random = new Random(8);
    for (int i = 0; i < 50; i++) {
      byte[] whole = bytes(random, random.nextInt(200));
      assertThat(of(whole) >>> 32).isEqualTo(remainder(whole, 0xEDB88320));
      assertThat(of(whole) & 0xFFFFFFFFL).isEqualTo(remainder(whole, 0x82F63B78));
    }
  }

  @Test
  void segmentsOutsideTheHeapCountAsOneSequence() {
    byte[] whole = bytes(new Random(9), 1000);
    ByteBuffer direct = ByteBuffer.allocateDirect(600).put(whole, 0, 600).flip();
    assertThat(Checksum.of(List.of(direct, ByteBuffer.wrap(whole, 600, 400)))).isEqualTo(of(whole));
    assertThat(direct.remaining()).isEqualTo(600);
  }

  @Test
  void placesFarApartAreTold() {
    long one = of(new byte[] {1});
    for (long far : new long[] {1, 1L << 28, 1L << 31, 1L << 32, 3L << 40, (1L << 50) + 5}) {
      assertThat(Checksum.moved(one, -far)).isNotEqualTo(one);
      assertThat(Checksum.moved(Checksum.moved(one, -far), far)).isEqualTo(one);
    }
  }

  @Test
  void anySwapOfRowsAndAnyChangedBitIsSeen() {
    Random random = new Random(10);
    for (int i = 0; i < 2000; i++) {
      byte[] whole = bytes(random, 8 + random.nextInt(64));
      byte[] other = whole.clone();
      int one = random.nextInt(whole.length);
      int two = random.nextInt(whole.length);
      if (i % 2 == 0 && whole[one] != whole[two]) {
        other[one] = whole[two];
        other[two] = whole[one];
      } else {
        other[one] ^= (byte) (1 << random.nextInt(8));
      }
      assertThat(of(other)).isNotEqualTo(of(whole));
    }
  }

  private static byte[] bytes(Random random, int size) {
    byte[] bytes = new byte[size];
    random.nextBytes(bytes);
    return bytes;
  }

  private static long of(byte[] bytes) {
    return Checksum.of(List.of(ByteBuffer.wrap(bytes)));
  }

  /** Bit by bit, the first bit of a byte being its lowest. */
  private static long remainder(byte[] bytes, int modulus) {
    int remainder = 0;
    for (byte each : bytes) {
      for (int bit = 0; bit < 8; bit++) {
        boolean carry = ((remainder ^ each >> bit) & 1) != 0;
        remainder = carry ? remainder >>> 1 ^ modulus : remainder >>> 1;
      }
    }
    return Integer.toUnsignedLong(remainder);
  }
}
