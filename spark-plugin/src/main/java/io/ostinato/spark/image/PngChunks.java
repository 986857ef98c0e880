package io.ostinato.spark.image;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32;

/**
 * The chunks of a PNG file. ImageIO returns damaged files in part, and refuses those in which only
 * metadata is invalid.
 */
final class PngChunks {
  private static final long SIGNATURE = 0x89504E470D0A1A0AL;
  private static final int END = 0x49454E44; // IEND

  private static final int TRANSPARENCY = 0x74524E53; // tRNS

  /** Set in the type of a chunk that can be left out. */
  private static final int ANCILLARY = 0x20000000;

  /** Length, type and checksum. */
  private static final int FRAME_BYTES = 12;

  /** The place of the colour type, which is 0 for gray without alpha. */
  private static final int COLOR_TYPE = 25;

  private PngChunks() {}

  static boolean isPng(byte[] bytes) {
    return bytes.length >= Long.BYTES && ByteBuffer.wrap(bytes).getLong() == SIGNATURE;
  }

  /**
   * Checks the length and the checksum of each chunk that an image needs.
   *
   * @throws IllegalArgumentException if the file is truncated or damaged
   */
  static void check(byte[] bytes) {
    ByteBuffer file = ByteBuffer.wrap(bytes);
    int at = Long.BYTES;
    while (true) {
      long length = bytes.length - at < FRAME_BYTES ? -1 : file.getInt(at) & 0xffffffffL;
      if (length < 0 || length > bytes.length - at - FRAME_BYTES) {
        throw new IllegalArgumentException(
            "the PNG image is truncated after %s bytes".formatted(bytes.length));
      }
      int type = file.getInt(at + Integer.BYTES);
      int end = at + 2 * Integer.BYTES + (int) length;
      if ((type & ANCILLARY) == 0 && checksum(bytes, at + Integer.BYTES, end) != file.getInt(end)) {
        throw new IllegalArgumentException(
            "the PNG image is damaged: the chunk at byte %s doesn't match its CRC-32"
                .formatted(at));
      }
      if (type == END) {
        return;
      }
      at = end + Integer.BYTES;
    }
  }

  /**
   * Leaves out the chunks that say nothing of the samples, such as texts and colour profiles, which
   * can be invalid. A truncated file remains truncated.
   */
  static byte[] withoutMetadata(byte[] bytes) {
    ByteBuffer file = ByteBuffer.wrap(bytes);
    ByteBuffer kept = ByteBuffer.allocate(bytes.length).put(bytes, 0, Long.BYTES);
    int at = Long.BYTES;
    while (bytes.length - at >= FRAME_BYTES) {
      long size = FRAME_BYTES + (file.getInt(at) & 0xffffffffL);
      int type = file.getInt(at + Integer.BYTES);
      int end = (int) Math.min(bytes.length, at + size);
      if ((type & ANCILLARY) == 0 || type == TRANSPARENCY) {
        kept.put(bytes, at, end - at);
      }
      at = end;
    }
    return Arrays.copyOf(kept.array(), kept.position());
  }

  /** Whether the only channel is gray. */
  static boolean isGray(byte[] bytes) {
    return bytes[COLOR_TYPE] == 0;
  }

  private static int checksum(byte[] bytes, int from, int to) {
    CRC32 crc = new CRC32();
    crc.update(bytes, from, to - from);
    return (int) crc.getValue();
  }
}
