package io.ostinato.torchscript;

import io.ostinato.torchscript.ZipContent.Entry;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;

/**
 * A copy of an archive whose files can be overwritten with content of the same size. Their CRC-32s
 * are corrected at the end. Not thread-safe.
 */
public final class ArchiveCopy {
  private final ByteBuffer archive;
  private final Map<Entry, Integer> records = new HashMap<>();
  private final Set<Entry> opened = new HashSet<>();

  /**
   * Copies an archive.
   *
   * @throws DamagedModuleException if its directory can't be read
   */
  public ArchiveCopy(ZipContent zip) {
    archive = ByteBuffer.wrap(zip.content().clone()).order(ByteOrder.LITTLE_ENDIAN);
    ZipDirectory directory = ZipDirectory.of(archive);
    for (int i = 0; i < directory.entries().size(); i++) {
      records.put(directory.entries().get(i), directory.records().get(i));
    }
  }

  /**
   * The content of a file that is stored without compression, to be overwritten.
   *
   * @throws IllegalArgumentException if the archive has no such file, or it is compressed
   */
  public ByteBuffer contentOf(Entry entry) {
    if (!records.containsKey(entry) || entry.method() != ZipContent.STORED) {
      throw new IllegalArgumentException(
          "'%s' is not stored in the archive".formatted(entry.name()));
    }
    opened.add(entry);
    LocalHeader header = LocalHeader.of(archive, entry);
    return archive.slice(header.dataStart(), entry.storedBytes()).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Corrects the CRC-32s, and returns the archive; the copy must not be used any more. */
  public byte[] finish() {
    for (Entry entry : opened) {
      LocalHeader header = LocalHeader.of(archive, entry);
      CRC32 crc = new CRC32();
      crc.update(archive.array(), header.dataStart(), entry.storedBytes());
      header.replaceCrc((int) crc.getValue());
      Integer record = records.get(entry);
      if (record != null) {
        archive.putInt(ZipDirectory.crcIn(record), (int) crc.getValue());
      }
    }
    return archive.array();
  }
}
