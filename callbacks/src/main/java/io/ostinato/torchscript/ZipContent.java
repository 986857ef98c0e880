package io.ostinato.torchscript;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * A zip archive in memory, read by its central directory. Java's {@code ZipInputStream} rejects
 * entries as PyTorch writes them, and its {@code ZipFile} needs a file on disk.
 *
 * @param content the whole file, which is not copied
 */
public record ZipContent(byte[] content) {
  private static final int LOCAL_HEADER = 0x04034b50;
  private static final int LOCAL_BYTES = 30;
  private static final int ENTRY = 0x02014b50;
  private static final int ENTRY_BYTES = 46;
  private static final int END = 0x06054b50;
  private static final int END_BYTES = 22;
  private static final int MOST_COMMENT_BYTES = 0xFFFF;
  private static final int STORED = 0;
  private static final int DEFLATED = 8;

  /** Code and pickles are never larger; a corrupt directory may claim otherwise. */
  private static final int MOST_UNPACKED_BYTES = 256 << 20;

  /**
   * One file in the archive.
   *
   * @param name the path in the archive, such as {@code net/code/__torch__.py}
   * @param sizeBytes the uncompressed size
   */
  public record Entry(String name, int method, int storedBytes, int sizeBytes, int offset) {}

  /** Whether the content starts like a zip archive. */
  public boolean isZip() {
    return content.length >= Integer.BYTES && bytes().getInt(0) == LOCAL_HEADER;
  }

  /** Whether the end of the archive is present. */
  public boolean isWhole() {
    return end() >= 0;
  }

  /**
   * The files in the archive. Empty if the directory can't be read because it is corrupt, or
   * because the archive exceeds the 32-bit format.
   */
  public Optional<List<Entry>> entries() {
    ByteBuffer bytes = bytes();
    int end = end();
    int at = end < 0 ? -1 : bytes.getInt(end + 16);
    if (at < 0) {
      return Optional.empty();
    }
    List<Entry> entries = new ArrayList<>();
    while (at + ENTRY_BYTES <= end && bytes.getInt(at) == ENTRY) {
      int nameBytes = Short.toUnsignedInt(bytes.getShort(at + 28));
      int rest =
          Short.toUnsignedInt(bytes.getShort(at + 30))
              + Short.toUnsignedInt(bytes.getShort(at + 32));
      if (at + ENTRY_BYTES + nameBytes > end) {
        return Optional.empty();
      }
      entries.add(
          new Entry(
              new String(content, at + ENTRY_BYTES, nameBytes, StandardCharsets.UTF_8),
              Short.toUnsignedInt(bytes.getShort(at + 10)),
              bytes.getInt(at + 20),
              bytes.getInt(at + 24),
              bytes.getInt(at + 42)));
      at += ENTRY_BYTES + nameBytes + rest;
    }
    return Optional.of(entries);
  }

  /** The content of a file in the archive; empty if it is corrupt. */
  public Optional<byte[]> contentOf(Entry entry) {
    int at = entry.offset();
    if (at < 0 || at > content.length - LOCAL_BYTES || bytes().getInt(at) != LOCAL_HEADER) {
      return Optional.empty();
    }
    int start =
        at
            + LOCAL_BYTES
            + Short.toUnsignedInt(bytes().getShort(at + 26))
            + Short.toUnsignedInt(bytes().getShort(at + 28));
    int stored = entry.storedBytes();
    if (stored < 0 || entry.sizeBytes() < 0 || start > content.length - stored) {
      return Optional.empty();
    }
    return switch (entry.method()) {
      case STORED -> Optional.of(Arrays.copyOfRange(content, start, start + stored));
      case DEFLATED -> inflated(start, stored, entry.sizeBytes());
      default -> Optional.empty();
    };
  }

  private Optional<byte[]> inflated(int start, int stored, int size) {
    Inflater inflater = new Inflater(true);
    try {
      inflater.setInput(content, start, stored);
      byte[] unpacked = new byte[Math.min(size, MOST_UNPACKED_BYTES)];
      return inflater.inflate(unpacked) == size ? Optional.of(unpacked) : Optional.empty();
    } catch (DataFormatException e) {
      return Optional.empty();
    } finally {
      inflater.end();
    }
  }

  private int end() {
    ByteBuffer bytes = bytes();
    int first = Math.max(0, content.length - END_BYTES - MOST_COMMENT_BYTES);
    for (int at = content.length - END_BYTES; at >= first; at--) {
      if (bytes.getInt(at) == END) {
        return at;
      }
    }
    return -1;
  }

  private ByteBuffer bytes() {
    return ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ZipContent zip && Arrays.equals(content, zip.content);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(content);
  }

  @Override
  public String toString() {
    return "a zip archive of %s bytes".formatted(content.length);
  }
}
