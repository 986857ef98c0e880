package io.ostinato.weights;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/**
 * A checksum of 64 bits that finds accidental changes, and can be computed in parts, in any order:
 * if a sequence of bytes is divided into parts, the exclusive or of their checksums, each {@link
 * #moved} to its place, is the checksum of the whole. It consists of a CRC-32 and a CRC-32C, which
 * JDKs compute with instructions of the processor; it is no protection against forgery.
 */
public final class Checksum {
  private Checksum() {}

  /** The checksum of consecutive segments. */
  public static long of(List<ByteBuffer> segments) {
    CRC32 crc = new CRC32();
    CRC32C castagnoli = new CRC32C();
    long bytes = 0;
    for (ByteBuffer segment : segments) {
      bytes += segment.remaining();
      crc.update(segment.duplicate());
      castagnoli.update(segment.duplicate());
    }
    return joined(
        CrcPolynomial.CRC_32.linear((int) crc.getValue(), bytes),
        CrcPolynomial.CRC_32C.linear((int) castagnoli.getValue(), bytes));
  }

  /**
   * Whether consecutive segments still have this checksum, as far as its CRC-32C tells: it misses
   * one accidental change in 2³², and takes half of the time.
   */
  public static boolean seemsOf(List<ByteBuffer> segments, long checksum) {
    CRC32C castagnoli = new CRC32C();
    long bytes = 0;
    for (ByteBuffer segment : segments) {
      bytes += segment.remaining();
      castagnoli.update(segment.duplicate());
    }
    return CrcPolynomial.CRC_32C.linear((int) castagnoli.getValue(), bytes) == (int) checksum;
  }

  /**
   * The checksum of the same bytes followed by a number of zeros, or with so many fewer behind them
   * if the number is negative. Of bytes at some offset, {@code moved(checksum, -end)} doesn't
   * depend on how many bytes follow, where {@code end} is the offset after the last of them.
   */
  public static long moved(long checksum, long bytes) {
    return joined(
        moved((int) (checksum >>> Integer.SIZE), bytes, CrcPolynomial.CRC_32),
        moved((int) checksum, bytes, CrcPolynomial.CRC_32C));
  }

  private static int moved(int remainder, long bytes, CrcPolynomial polynomial) {
    return polynomial.product(polynomial.power(8 * bytes), remainder);
  }

  private static long joined(int crc, int castagnoli) {
    return (long) crc << Integer.SIZE | Integer.toUnsignedLong(castagnoli);
  }
}
