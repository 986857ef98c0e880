package io.ostinato.torchscript;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A zip archive in memory, read by its central directory. Java's {@code ZipInputStream} rejects
 * entries as PyTorch writes them, and its {@code ZipFile} needs a file on disk.
 *
 * @param content the whole file, which is not copied
 */
public record ZipContent(byte[] content) {
  static final int STORED = 0;
  static final int DEFLATED = 8;

  /** Code and pickles are never larger; a corrupt directory may claim otherwise. */
  private static final int MOST_UNPACKED_BYTES = 256 << 20;

  /**
   * One file in the archive, as its directory describes it.
   *
   * @param name the path in the archive, such as {@code net/code/__torch__.py}
   * @param method how the content is stored: 0 as it is, 8 deflated
   * @param crc the CRC-32 of the uncompressed content
   * @param storedBytes the size in the archive
   * @param sizeBytes the uncompressed size
   * @param offset the position of its header
   */
  public record Entry(
      String name, int method, int crc, int storedBytes, long sizeBytes, int offset) {}

  /**
   * The position of the content of a file, which may be compressed.
   *
   * @param from the position of its first byte
   * @param to the position after its last byte
   */
  public record Place(Entry entry, int from, int to) {}

  /** Whether the content starts like a zip archive. */
  public boolean isZip() {
    return content.length >= Integer.BYTES && bytes().getInt(0) == LocalHeader.SIGNATURE;
  }

  /** Whether the end of the archive is present. */
  public boolean isWhole() {
    return ZipDirectory.endIn(bytes()) >= 0;
  }

  /** The files in the archive. Empty if the directory can't be read because it is corrupt. */
  public Optional<List<Entry>> entries() {
    try {
      return Optional.of(ZipDirectory.of(bytes()).entries());
    } catch (DamagedModuleException e) {
      return Optional.empty();
    }
  }

  /**
   * Where the contents of the files are, in the order of the archive. Empty if the archive is
   * corrupt.
   */
  public Optional<List<Place>> places() {
    try {
      List<Place> places =
          ZipDirectory.of(bytes()).entries().stream()
              .map(entry -> LocalHeader.of(bytes(), entry))
              .map(header -> new Place(header.entry(), header.dataStart(), header.dataEnd()))
              .sorted(Comparator.comparingInt(Place::from).thenComparingInt(Place::to))
              .toList();
      for (int i = 1; i < places.size(); i++) {
        if (places.get(i).from() < places.get(i - 1).to()) {
          return Optional.empty();
        }
      }
      return Optional.of(places);
    } catch (DamagedModuleException e) {
      return Optional.empty();
    }
  }

  /**
   * Checks the whole archive, with the CRC-32 of each file in it. Nothing is kept in memory.
   *
   * @throws DamagedModuleException if the archive is damaged, or would unpack to far more than its
   *     size
   */
  public void check() {
    ZipCheck.check(bytes());
  }

  /** The content of a file in the archive; empty if it is corrupt. */
  public Optional<byte[]> contentOf(Entry entry) {
    LocalHeader header;
    try {
      header = LocalHeader.of(bytes(), entry);
    } catch (DamagedModuleException e) {
      return Optional.empty();
    }
    int start = header.dataStart();
    return switch (entry.method()) {
      case STORED -> Optional.of(Arrays.copyOfRange(content, start, header.dataEnd()));
      case DEFLATED -> inflated(header);
      default -> Optional.empty();
    };
  }

  private static Optional<byte[]> inflated(LocalHeader header) {
    if (header.entry().sizeBytes() > MOST_UNPACKED_BYTES) {
      return Optional.empty();
    }
    ByteArrayOutputStream unpacked = new ByteArrayOutputStream();
    return Inflation.of(header, unpacked::write)
        ? Optional.of(unpacked.toByteArray())
        : Optional.empty();
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
