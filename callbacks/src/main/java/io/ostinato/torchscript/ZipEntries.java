package io.ostinato.torchscript;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * The entries of a zip archive in memory, by its central directory: the JDK reads one only from a
 * file, or one after the other, which stored entries of PyTorch don't allow.
 */
final class ZipEntries {
  private static final int ENTRY = 0x02014b50;
  private static final int ENTRY_BYTES = 46;
  private static final int LOCAL_BYTES = 30;
  private static final int END = 0x06054b50;
  private static final int END_BYTES = 22;
  private static final int MOST_COMMENT_BYTES = 0xFFFF;
  private static final int DEFLATED = 8;
  private static final int MOST_ENTRY_BYTES = 64 << 20;

  private final ByteBuffer bytes;

  /** An entry, and where its local header is. */
  record Entry(String name, int method, long packedBytes, long bytes, long at) {}

  ZipEntries(byte[] content) {
    bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * All entries, in their order.
   *
   * @throws IOException if there is no directory, or it is damaged, or of more than 2 GiB
   */
  List<Entry> all() throws IOException {
    int at = bytes.getInt(end() + 16);
    List<Entry> entries = new ArrayList<>();
    try {
      while (at >= 0 && bytes.getInt(at) == ENTRY) {
        int nameBytes = Short.toUnsignedInt(bytes.getShort(at + 28));
        byte[] name = new byte[nameBytes];
        bytes.get(at + ENTRY_BYTES, name);
        entries.add(
            new Entry(
                new String(name, StandardCharsets.UTF_8),
                bytes.getShort(at + 10),
                Integer.toUnsignedLong(bytes.getInt(at + 20)),
                Integer.toUnsignedLong(bytes.getInt(at + 24)),
                Integer.toUnsignedLong(bytes.getInt(at + 42))));
        at +=
            ENTRY_BYTES
                + nameBytes
                + Short.toUnsignedInt(bytes.getShort(at + 30))
                + Short.toUnsignedInt(bytes.getShort(at + 32));
      }
      return entries;
    } catch (IndexOutOfBoundsException e) {
      throw new IOException("the directory of the archive is damaged", e);
    }
  }

  /**
   * The content of an entry.
   *
   * @throws IOException if it is damaged, or larger than code ever is
   */
  byte[] read(Entry entry) throws IOException {
    if (entry.bytes() > MOST_ENTRY_BYTES || entry.packedBytes() > bytes.capacity()) {
      throw new IOException("the entry '%s' has %s bytes".formatted(entry.name(), entry.bytes()));
    }
    try {
      int at = Math.toIntExact(entry.at());
      int start =
          at
              + LOCAL_BYTES
              + Short.toUnsignedInt(bytes.getShort(at + 26))
              + Short.toUnsignedInt(bytes.getShort(at + 28));
      byte[] packed = new byte[(int) entry.packedBytes()];
      bytes.get(start, packed);
      return entry.method() == DEFLATED ? inflate(packed, (int) entry.bytes()) : packed;
    } catch (IndexOutOfBoundsException | ArithmeticException | DataFormatException e) {
      throw new IOException("the entry '%s' is damaged".formatted(entry.name()), e);
    }
  }

  private static byte[] inflate(byte[] packed, int size) throws DataFormatException {
    Inflater inflater = new Inflater(true);
    try {
      inflater.setInput(packed);
      byte[] content = new byte[size];
      int at = 0;
      while (at < size) {
        int some = inflater.inflate(content, at, size - at);
        if (some == 0) {
          throw new DataFormatException("cut off");
        }
        at += some;
      }
      return content;
    } finally {
      inflater.end();
    }
  }

  private int end() throws IOException {
    int first = Math.max(0, bytes.limit() - END_BYTES - MOST_COMMENT_BYTES);
    for (int at = bytes.limit() - END_BYTES; at >= first; at--) {
      if (bytes.getInt(at) == END) {
        return at;
      }
    }
    throw new IOException("it is no whole zip archive");
  }
}
