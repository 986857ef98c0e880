package io.ostinato.jobs.modelfile;

import io.ostinato.pickle.PickleReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;

/**
 * An archive of {@code torch.save} that is larger than a Java array, such as a checkpoint with the
 * state of an optimizer. Only the pickle and the storages that are asked for are read, with their
 * CRC-32s.
 */
final class LargeArchive {
  private static final int END = 0x06054b50;
  private static final int END_BYTES = 22;
  private static final int END_64 = 0x06064b50;
  private static final int END_64_BYTES = 56;
  private static final int LOCATOR_64 = 0x07064b50;
  private static final int LOCATOR_64_BYTES = 20;
  private static final int MOST_COMMENT_BYTES = 0xFFFF;
  private static final int RECORD = 0x02014b50;
  private static final int RECORD_BYTES = 46;
  private static final int HEADER = 0x04034b50;
  private static final int HEADER_BYTES = 30;
  private static final int SIZES_64 = 1;
  private static final long MARK = 0xFFFFFFFFL;
  private static final int MOST_BYTES = Integer.MAX_VALUE - 8;
  private static final int MOST_DIRECTORY_BYTES = 256 << 20;

  private final FileSystem files;
  private final FileStatus status;
  private final Map<String, Place> places = new HashMap<>();

  /** Storages whose elements are in use: many tensors can have one. */
  private final Map<String, WeakReference<byte[]>> inUse = new HashMap<>();

  /** A file in the archive. */
  private record Place(String name, int method, int crc, long bytes, long header) {}

  private LargeArchive(FileSystem files, FileStatus status) {
    this.files = files;
    this.status = status;
  }

  /**
   * Reads the directory and the value.
   *
   * @throws IllegalArgumentException if it is damaged or has no value of torch.save
   */
  static TorchSaveContent of(FileSystem files, FileStatus status) throws IOException {
    LargeArchive archive = new LargeArchive(files, status);
    archive.readDirectory();
    String root =
        archive.places.keySet().stream()
            .filter(name -> name.equals("data.pkl") || name.endsWith("/data.pkl"))
            .findFirst()
            .map(name -> name.substring(0, name.length() - "data.pkl".length()))
            .orElseThrow(
                () ->
                    new IllegalArgumentException("it is an archive without a value of torch.save"));
    byte[] pickle = archive.content(root + "data.pkl").orElseThrow().array();
    return new TorchSaveContent(
        new PickleReader(pickle).next(),
        key -> archive.storage(root + "data/" + key),
        TorchSaveContent.order(archive.content(root + "byteorder")));
  }

  private Optional<ByteBuffer> storage(String name) {
    WeakReference<byte[]> known = inUse.get(name);
    byte[] present = known == null ? null : known.get();
    if (present != null) {
      return Optional.of(ByteBuffer.wrap(present).order(ByteOrder.LITTLE_ENDIAN));
    }
    try {
      Optional<ByteBuffer> content = content(name);
      content.ifPresent(read -> inUse.put(name, new WeakReference<>(read.array())));
      return content;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Optional<ByteBuffer> content(String name) throws IOException {
    Place place = places.get(name);
    if (place == null) {
      return Optional.empty();
    } else if (place.method() != 0 || place.bytes() > MOST_BYTES) {
      throw new IllegalArgumentException(
          place.method() == 0
              ? "a tensor in it has %s bytes; at most %s fit".formatted(place.bytes(), MOST_BYTES)
              : "the files in its archive are compressed; save it again with torch.save");
    }
    ByteBuffer header = read(place.header(), HEADER_BYTES);
    if (header.getInt(0) != HEADER) {
      throw damaged(name + " has no header");
    }
    long start = place.header() + HEADER_BYTES + unsigned(header, 26) + unsigned(header, 28);
    ByteBuffer content = read(start, place.bytes());
    CRC32 crc = new CRC32();
    crc.update(content.array());
    if ((int) crc.getValue() != place.crc()) {
      throw damaged(name + " has another CRC-32 than the directory says");
    }
    return Optional.of(content);
  }

  private void readDirectory() throws IOException {
    long size = status.getLen();
    if (size >= Integer.BYTES && read(0, Integer.BYTES).getInt(0) != HEADER) {
      throw new IllegalArgumentException(
          "it has %s bytes and is no archive; the maximum of other files is %s; save it as"
                  .formatted(size, MOST_BYTES)
              + " safetensors, or with torch.save since PyTorch 1.6");
    }
    int tailBytes =
        (int) Math.min(size, END_BYTES + MOST_COMMENT_BYTES + LOCATOR_64_BYTES + END_64_BYTES);
    ByteBuffer tail = read(size - tailBytes, tailBytes);
    int at = tailBytes - END_BYTES;
    while (at >= 0 && tail.getInt(at) != END) {
      at--;
    }
    if (at < 0) {
      throw new IllegalArgumentException(
          "it is truncated after %s bytes; was it still being written?".formatted(size));
    }
    long bytes = Integer.toUnsignedLong(tail.getInt(at + 12));
    long start = Integer.toUnsignedLong(tail.getInt(at + 16));
    int locator = at - LOCATOR_64_BYTES;
    if (locator >= 0 && tail.getInt(locator) == LOCATOR_64) {
      ByteBuffer end = read(tail.getLong(locator + 8), END_64_BYTES);
      if (end.getInt(0) != END_64) {
        throw damaged("its zip64 record is missing");
      }
      bytes = end.getLong(40);
      start = end.getLong(48);
    }
    if (bytes < 0 || bytes > MOST_DIRECTORY_BYTES) {
      throw damaged("its directory would have %s bytes".formatted(bytes));
    }
    records(read(start, bytes));
  }

  private void records(ByteBuffer directory) {
    int at = 0;
    while (at < directory.capacity()) {
      int end = directory.capacity();
      int name = at > end - RECORD_BYTES ? 0 : unsigned(directory, at + 28);
      int extra = at > end - RECORD_BYTES ? 0 : unsigned(directory, at + 30);
      int next = at + RECORD_BYTES + name + extra;
      if (next > end || directory.getInt(at) != RECORD) {
        throw damaged("its directory can't be read at byte %s".formatted(at));
      }
      Place place = place(directory, at, name, extra);
      if (places.put(place.name(), place) != null) {
        throw damaged("a file is there twice");
      }
      at = next + unsigned(directory, at + 32);
    }
  }

  private static Place place(ByteBuffer directory, int at, int nameBytes, int extraBytes) {
    byte[] name = new byte[nameBytes];
    directory.get(at + RECORD_BYTES, name);
    ByteBuffer sizes = sizes64(directory, at + RECORD_BYTES + nameBytes, extraBytes);
    long size = number(directory, at + 24, sizes);
    long stored = number(directory, at + 20, sizes);
    long header = number(directory, at + 42, sizes);
    int method = unsigned(directory, at + 10);
    if (method == 0 && size != stored) {
      throw damaged("a file has %s bytes and is stored in %s".formatted(size, stored));
    }
    return new Place(
        new String(name, StandardCharsets.UTF_8),
        method,
        directory.getInt(at + 16),
        stored,
        header);
  }

  /** The numbers of a record that don't fit into 32 bits, one after another. */
  private static ByteBuffer sizes64(ByteBuffer directory, int from, int bytes) {
    int at = from;
    while (at + 4 <= from + bytes) {
      int size = unsigned(directory, at + 2);
      if (unsigned(directory, at) == SIZES_64 && at + 4 + size <= from + bytes) {
        return directory.slice(at + 4, size).order(ByteOrder.LITTLE_ENDIAN);
      }
      at += 4 + size;
    }
    return ByteBuffer.allocate(0);
  }

  private static long number(ByteBuffer directory, int at, ByteBuffer sizes) {
    long small = Integer.toUnsignedLong(directory.getInt(at));
    if (small != MARK) {
      return small;
    } else if (sizes.remaining() < Long.BYTES) {
      throw damaged("the size of a file is missing");
    }
    return sizes.getLong();
  }

  private ByteBuffer read(long at, long bytes) throws IOException {
    if (at < 0 || bytes < 0 || at > status.getLen() - bytes) {
      throw damaged("a part of it would end after the file");
    }
    byte[] part = new byte[(int) bytes];
    try (FSDataInputStream in = files.open(status.getPath())) {
      in.readFully(at, part);
    } catch (EOFException e) {
      throw damaged("it has fewer bytes than its file system says");
    }
    return ByteBuffer.wrap(part).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static int unsigned(ByteBuffer bytes, int at) {
    return Short.toUnsignedInt(bytes.getShort(at));
  }

  private static IllegalArgumentException damaged(String problem) {
    return new IllegalArgumentException(
        "the archive is damaged: %s; copy the file again, or save it again".formatted(problem));
  }
}
