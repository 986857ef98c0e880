package io.ostinato.torchscript;

import io.ostinato.torchscript.ZipContent.Entry;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The central directory of a zip archive, including the zip64 records that PyTorch always writes.
 * Numbers that are there twice must agree, since other readers may use the other one.
 *
 * @param entries the files, in the order of the directory
 * @param records the position of the record of each file in the directory
 * @param start the position of the directory, where the content of the files ends
 */
record ZipDirectory(List<Entry> entries, List<Integer> records, int start) {
  private static final int ENTRY = 0x02014b50;
  private static final int ENTRY_BYTES = 46;
  private static final int END = 0x06054b50;
  private static final int END_BYTES = 22;
  private static final int END_64 = 0x06064b50;
  private static final int END_64_BYTES = 56;
  private static final int LOCATOR_64 = 0x07064b50;
  private static final int LOCATOR_64_BYTES = 20;
  private static final int SIZES_64 = 1;
  private static final int MOST_COMMENT_BYTES = 0xFFFF;
  private static final int MOST_SHORT = 0xFFFF;
  private static final long MOST_INT = 0xFFFFFFFFL;

  /** The number of entries, and the size and position of the directory. */
  private record End(long count, long bytes, long start) {}

  /** The position of the end record; -1 if there is none. */
  static int endIn(ByteBuffer archive) {
    int first = Math.max(0, archive.capacity() - END_BYTES - MOST_COMMENT_BYTES);
    for (int at = archive.capacity() - END_BYTES; at >= first; at--) {
      if (archive.getInt(at) == END) {
        return at;
      }
    }
    return -1;
  }

  /**
   * Reads the directory.
   *
   * @throws DamagedModuleException if it can't be read
   */
  static ZipDirectory of(ByteBuffer archive) {
    int at = endIn(archive);
    if (at < 0) {
      throw new DamagedModuleException("its end is missing");
    }
    End end = end(archive, at);
    if (end.start() < 0 || end.bytes() < 0 || end.start() > at - end.bytes()) {
      throw new DamagedModuleException(
          "its directory of %s bytes can't begin at byte %s".formatted(end.bytes(), end.start()));
    }
    int start = (int) end.start();
    List<Entry> entries = new ArrayList<>();
    List<Integer> records = new ArrayList<>();
    read(archive, start, start + (int) end.bytes(), entries, records);
    if (entries.size() != end.count()) {
      throw new DamagedModuleException(
          "its directory has %s entries instead of %s".formatted(entries.size(), end.count()));
    }
    return new ZipDirectory(List.copyOf(entries), List.copyOf(records), start);
  }

  private static End end(ByteBuffer archive, int at) {
    End end =
        new End(
            Short.toUnsignedLong(archive.getShort(at + 10)),
            Integer.toUnsignedLong(archive.getInt(at + 12)),
            Integer.toUnsignedLong(archive.getInt(at + 16)));
    int locator = at - LOCATOR_64_BYTES;
    if (locator < 0 || archive.getInt(locator) != LOCATOR_64) {
      return end;
    }
    long at64 = archive.getLong(locator + 8);
    if (at64 < 0 || at64 > locator - END_64_BYTES || archive.getInt((int) at64) != END_64) {
      throw new DamagedModuleException("its zip64 record can't be at byte %s".formatted(at64));
    }
    int record = (int) at64;
    End large =
        new End(
            archive.getLong(record + 32),
            archive.getLong(record + 40),
            archive.getLong(record + 48));
    boolean agree =
        agree(end.count(), large.count(), MOST_SHORT)
            && agree(end.bytes(), large.bytes(), MOST_INT)
            && agree(end.start(), large.start(), MOST_INT);
    if (!agree) {
      throw new DamagedModuleException("its two records of the directory differ");
    }
    return large;
  }

  /** Whether a number is the other one, or the mark that only the other one counts. */
  private static boolean agree(long small, long large, long mark) {
    return small == large || small == mark;
  }

  /** The position of the CRC-32 in the record of a file. */
  static int crcIn(int record) {
    return record + 16;
  }

  private static void read(
      ByteBuffer archive, int start, int end, List<Entry> entries, List<Integer> records) {
    int at = start;
    while (at < end) {
      if (at > end - ENTRY_BYTES || archive.getInt(at) != ENTRY) {
        throw new DamagedModuleException("its directory can't be read at byte %s".formatted(at));
      }
      int name = unsigned(archive, at + 28);
      int extra = unsigned(archive, at + 30);
      int next = at + ENTRY_BYTES + name + extra + unsigned(archive, at + 32);
      if (next > end) {
        throw new DamagedModuleException("its directory can't be read at byte %s".formatted(at));
      }
      entries.add(entry(archive, at, name, extra));
      records.add(at);
      at = next;
    }
  }

  private static Entry entry(ByteBuffer archive, int at, int nameBytes, int extraBytes) {
    byte[] name = new byte[nameBytes];
    archive.get(at + ENTRY_BYTES, name);
    String text = new String(name, StandardCharsets.UTF_8);
    Extra extra = new Extra(archive, at + ENTRY_BYTES + nameBytes, extraBytes, text);
    long size = extra.orElse(archive.getInt(at + 24));
    long stored = extra.orElse(archive.getInt(at + 20));
    long offset = extra.orElse(archive.getInt(at + 42));
    if (size < 0 || stored < 0 || offset < 0 || offset > archive.capacity() - stored) {
      throw new DamagedModuleException(
          "'%s' of %s bytes can't begin at byte %s".formatted(shown(text), stored, offset));
    }
    return new Entry(
        text,
        unsigned(archive, at + 10),
        archive.getInt(crcIn(at)),
        (int) stored,
        size,
        (int) offset);
  }

  /** The numbers of an entry that don't fit into 32 bits, one after another. */
  private static final class Extra {
    private final ByteBuffer archive;
    private final String name;
    private int at;
    private int end;

    Extra(ByteBuffer archive, int from, int bytes, String name) {
      this.archive = archive;
      this.name = name;
      this.at = from + bytes;
      this.end = at;
      for (int field = from; field + 4 <= from + bytes; ) {
        int size = unsigned(archive, field + 2);
        if (unsigned(archive, field) == SIZES_64 && field + 4 + size <= from + bytes) {
          at = field + 4;
          end = at + size;
          return;
        }
        field += 4 + size;
      }
    }

    /** The number itself, or the next one of these if it is only a mark. */
    long orElse(int number) {
      if (Integer.toUnsignedLong(number) != MOST_INT) {
        return Integer.toUnsignedLong(number);
      } else if (at + Long.BYTES > end) {
        throw new DamagedModuleException("the size of '%s' is missing".formatted(shown(name)));
      }
      at += Long.BYTES;
      return archive.getLong(at - Long.BYTES);
    }
  }

  /** The beginning of a name, for a message of one line. */
  static String shown(String name) {
    String some = name.length() <= 120 ? name : name.substring(0, 120) + "…";
    return some.replaceAll("\\p{Cntrl}", "?");
  }

  static int unsigned(ByteBuffer archive, int at) {
    return Short.toUnsignedInt(archive.getShort(at));
  }
}
