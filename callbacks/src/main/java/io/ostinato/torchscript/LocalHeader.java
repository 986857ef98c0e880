package io.ostinato.torchscript;

import io.ostinato.torchscript.ZipContent.Entry;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The header in front of a file's content in a zip archive.
 *
 * @param archive the archive
 * @param at the position of the header
 * @param entry what the directory says about the file
 * @param dataStart the position of the content, which is inside the archive
 */
record LocalHeader(ByteBuffer archive, int at, Entry entry, int dataStart) {
  static final int SIGNATURE = 0x04034b50;

  private static final int BYTES = 30;
  private static final int ENCRYPTED = 1;

  /** The flag of a header without sizes, which follow the content. */
  private static final int SIZES_FOLLOW = 8;

  private static final int DESCRIPTOR = 0x08074b50;
  private static final long MARK = 0xFFFFFFFFL;

  /**
   * Finds the header of an entry.
   *
   * @throws DamagedModuleException if it isn't there, or the content would end after the archive
   */
  static LocalHeader of(ByteBuffer archive, Entry entry) {
    int at = entry.offset();
    if (at > archive.capacity() - BYTES || archive.getInt(at) != SIGNATURE) {
      throw damaged(entry, "has no header at byte %s".formatted(at));
    }
    int start =
        at
            + BYTES
            + ZipDirectory.unsigned(archive, at + 26)
            + ZipDirectory.unsigned(archive, at + 28);
    if (start > archive.capacity() - entry.storedBytes()) {
      throw damaged(entry, "ends after the archive");
    }
    return new LocalHeader(archive, at, entry, start);
  }

  static DamagedModuleException damaged(Entry entry, String problem) {
    return new DamagedModuleException(
        "'%s' %s".formatted(ZipDirectory.shown(entry.name()), problem));
  }

  /** Replaces the CRC-32 here and in the record after the content. */
  void replaceCrc(int crc) {
    boolean follows = (ZipDirectory.unsigned(archive, at + 6) & SIZES_FOLLOW) != 0;
    if (!follows || archive.getInt(at + 14) == entry.crc()) {
      archive.putInt(at + 14, crc);
    }
    int end = dataEnd();
    if (follows && end <= archive.capacity() - 2 * Integer.BYTES) {
      int place = archive.getInt(end) == DESCRIPTOR ? end + Integer.BYTES : end;
      if (archive.getInt(place) == entry.crc()) {
        archive.putInt(place, crc);
      }
    }
  }

  /** The position after the content. */
  int dataEnd() {
    return dataStart + entry.storedBytes();
  }

  /**
   * Checks that it says the same as the directory.
   *
   * @throws DamagedModuleException if it doesn't
   */
  void check() {
    int flags = ZipDirectory.unsigned(archive, at + 6);
    if ((flags & ENCRYPTED) != 0) {
      throw damaged(entry, "is encrypted");
    }
    boolean same = ZipDirectory.unsigned(archive, at + 8) == entry.method() && hasSameName();
    boolean follow = (flags & SIZES_FOLLOW) != 0;
    if (!same || !(follow ? hasSameDescriptor() : hasSameSizes())) {
      throw damaged(
          entry, "has another description in the directory than at byte %s".formatted(at));
    }
  }

  private boolean hasSameName() {
    byte[] name = new byte[ZipDirectory.unsigned(archive, at + 26)];
    archive.get(at + BYTES, name);
    return new String(name, StandardCharsets.UTF_8).equals(entry.name());
  }

  private boolean hasSameSizes() {
    return archive.getInt(at + 14) == entry.crc()
        && isSame(at + 18, entry.storedBytes())
        && isSame(at + 22, entry.sizeBytes());
  }

  private boolean isSame(int position, long expected) {
    long size = Integer.toUnsignedLong(archive.getInt(position));
    return size == expected || size == MARK;
  }

  /** Whether the record after the content, if it begins with a signature, has the same CRC-32. */
  private boolean hasSameDescriptor() {
    int end = dataEnd();
    return end > archive.capacity() - 2 * Integer.BYTES
        || archive.getInt(end) != DESCRIPTOR
        || archive.getInt(end + Integer.BYTES) == entry.crc();
  }
}
