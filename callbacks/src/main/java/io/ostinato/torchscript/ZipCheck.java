package io.ostinato.torchscript;

import io.ostinato.torchscript.ZipContent.Entry;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.zip.CRC32;

/**
 * Checks an archive before the engine loads it, which ignores CRCs and unpacks whatever the
 * directory claims.
 */
final class ZipCheck {
  /**
   * The maximum size of the compressed files of an archive together; more with a larger archive.
   */
  private static final long MOST_BYTES = 64L << 20;

  /** The maximum size of the compressed files for each byte of the archive. */
  private static final long MOST_BYTES_OF_ONE = 100;

  private static final long MOST_OF_ALL = Integer.MAX_VALUE - 8;

  private final ByteBuffer archive;

  private ZipCheck(ByteBuffer archive) {
    this.archive = archive;
  }

  static void check(ByteBuffer archive) {
    ZipDirectory directory = ZipDirectory.of(archive);
    ZipCheck check = new ZipCheck(archive);
    check.names(directory.entries());
    check.sizes(directory.entries());
    List<LocalHeader> headers =
        directory.entries().stream()
            .map(entry -> LocalHeader.of(archive, entry))
            .sorted(Comparator.comparingInt(LocalHeader::at))
            .toList();
    check.places(headers, directory.start());
    headers.forEach(LocalHeader::check);
    headers.forEach(check::content);
  }

  private void names(List<Entry> entries) {
    Set<String> names = new HashSet<>();
    for (Entry entry : entries) {
      if (!names.add(entry.name())) {
        throw LocalHeader.damaged(entry, "is there twice");
      }
      if (isOutside(entry.name())) {
        throw LocalHeader.damaged(entry, "is not the name of a file in the archive");
      }
    }
  }

  private static boolean isOutside(String name) {
    return name.isEmpty()
        || name.startsWith("/")
        || name.indexOf('\\') >= 0
        || name.indexOf('\0') >= 0
        || List.of(name.split("/", -1)).contains("..");
  }

  private void sizes(List<Entry> entries) {
    long unpacked = 0;
    for (Entry entry : entries) {
      switch (entry.method()) {
        case ZipContent.STORED -> {
          if (entry.storedBytes() != entry.sizeBytes()) {
            throw LocalHeader.damaged(
                entry,
                "has %s bytes and is stored in %s"
                    .formatted(entry.sizeBytes(), entry.storedBytes()));
          }
        }
        case ZipContent.DEFLATED -> unpacked += Math.min(entry.sizeBytes(), MOST_OF_ALL);
        default ->
            throw LocalHeader.damaged(
                entry, "is compressed by the unknown method %s".formatted(entry.method()));
      }
    }
    long file = archive.capacity();
    long most = Math.min(MOST_OF_ALL, Math.max(MOST_BYTES, MOST_BYTES_OF_ONE * file));
    if (unpacked > most) {
      throw DamagedModuleException.unpacksTo(unpacked, file, most);
    }
  }

  /** Checks that no content is part of two files or of the directory. */
  private void places(List<LocalHeader> headers, int directory) {
    int end = 0;
    for (LocalHeader header : headers) {
      if (header.at() < end) {
        throw LocalHeader.damaged(
            header.entry(), "begins at byte %s in another file".formatted(header.at()));
      }
      end = header.dataEnd();
      if (end > directory) {
        throw LocalHeader.damaged(header.entry(), "ends in the directory");
      }
    }
  }

  private void content(LocalHeader header) {
    Entry entry = header.entry();
    CRC32 crc = new CRC32();
    if (entry.method() == ZipContent.STORED) {
      crc.update(archive.array(), header.dataStart(), entry.storedBytes());
    } else if (!Inflation.of(header, crc::update)) {
      throw LocalHeader.damaged(
          entry, "doesn't unpack to its %s bytes".formatted(entry.sizeBytes()));
    }
    if ((int) crc.getValue() != entry.crc()) {
      throw LocalHeader.damaged(
          entry,
          String.format(
              Locale.ROOT,
              "at byte %s has the CRC-32 %08x instead of %08x",
              header.dataStart(),
              (int) crc.getValue(),
              entry.crc()));
    }
  }
}
