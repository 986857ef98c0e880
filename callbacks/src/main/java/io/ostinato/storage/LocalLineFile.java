package io.ostinato.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A line file on the local file system; appends are forced to the disk. The operating system locks
 * the file while it is open. It releases the lock when the process ends for any reason, but also
 * when the process closes any other channel of the file; therefore all reads use this channel, see
 * {@link OpenLineFiles}.
 */
final class LocalLineFile implements LineFile {
  private static final Logger log = LoggerFactory.getLogger(LocalLineFile.class);

  private final LocalRunFiles files;
  private final Path file;
  private FileChannel channel;

  private LocalLineFile(LocalRunFiles files, Path file) throws IOException {
    this.files = files;
    this.file = file;
    this.channel = openLocked(file);
  }

  /**
   * Opens a file; creates it and its folder if missing.
   *
   * @throws StorageException if it can't be written, or another process, or another part of this
   *     one, has it open
   */
  static LocalLineFile open(LocalRunFiles files, Path folder, String name) {
    Path file = folder.resolve(name);
    try {
      Files.createDirectories(folder);
      return OpenLineFiles.open(file, () -> openWhole(files, file));
    } catch (IOException e) {
      throw failed("write", file, e);
    }
  }

  private static LocalLineFile openWhole(LocalRunFiles files, Path file) throws IOException {
    LocalLineFile lines = new LocalLineFile(files, file);
    try {
      lines.channel.truncate(LineText.wholeBytes(lines.content()));
      return lines;
    } catch (IOException | RuntimeException e) {
      lines.channel.close();
      throw e;
    }
  }

  /** Whether no process has the file open. */
  static boolean isFree(Path file) {
    try {
      return !Files.exists(file) || OpenLineFiles.isFree(file, () -> isLockable(file));
    } catch (IOException e) {
      throw failed("write", file, e);
    }
  }

  private static boolean isLockable(Path file) throws IOException {
    try (FileChannel probe = FileChannel.open(file, StandardOpenOption.WRITE)) {
      return isLocked(file, probe);
    }
  }

  /** The content of a file that this JVM has open. */
  static Optional<byte[]> contentOfOpen(Path file) throws IOException {
    Optional<LocalLineFile> open = OpenLineFiles.find(file);
    return open.isEmpty() ? Optional.empty() : open.get().contentIfOpen();
  }

  @Override
  public synchronized List<String> lines() {
    try {
      return LineText.lines(content());
    } catch (IOException e) {
      throw failed("read", file, e);
    }
  }

  @Override
  public synchronized void append(List<String> more) {
    try {
      long end = channel.size();
      try {
        channel.position(end);
        ByteBuffer rest = ByteBuffer.wrap(LineText.bytes(more));
        while (rest.hasRemaining()) {
          channel.write(rest);
        }
        channel.force(true);
      } catch (IOException e) {
        channel.truncate(end);
        throw e;
      }
    } catch (IOException e) {
      throw failed("write", file, e);
    }
  }

  @Override
  public synchronized void replace(List<String> lines) {
    byte[] content = LineText.bytes(lines);
    files.write(file.getFileName().toString(), out -> out.write(content));
    try {
      channel.close(); // of the replaced file
      channel = openLocked(file);
    } catch (IOException e) {
      throw failed("write", file, e);
    }
  }

  @Override
  public synchronized boolean endsWith(String line) {
    ByteBuffer expected = ByteBuffer.wrap(LineText.bytes(List.of(line)));
    try {
      long from = channel.size() - expected.capacity();
      return from >= 0 && read(from, expected.capacity()).equals(expected);
    } catch (IOException e) {
      throw failed("read", file, e);
    }
  }

  @Override
  public String location() {
    return file.toString();
  }

  @Override
  public synchronized void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw failed("write", file, e);
    } finally {
      OpenLineFiles.closed(this);
    }
  }

  private synchronized Optional<byte[]> contentIfOpen() throws IOException {
    return channel.isOpen() ? Optional.of(content()) : Optional.empty();
  }

  private byte[] content() throws IOException {
    ByteBuffer content = read(0, Math.toIntExact(channel.size()));
    byte[] bytes = new byte[content.remaining()];
    content.get(bytes);
    return bytes;
  }

  private ByteBuffer read(long from, int bytes) throws IOException {
    ByteBuffer found = ByteBuffer.allocate(bytes);
    while (found.hasRemaining() && channel.read(found, from + found.position()) > 0) {
      // reads until the buffer is full or the file ends
    }
    return found.flip();
  }

  /** Opens and locks the file that has this path, which its writer may be replacing. */
  private static FileChannel openLocked(Path file) throws IOException {
    while (true) {
      Object before = Files.exists(file) ? keyOf(file) : "none";
      FileChannel channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      if (!isLocked(file, channel)) {
        channel.close();
        throw TakenOverException.of(file.toString());
      }
      if (before.equals(keyOf(file))) {
        return channel;
      }
      channel.close(); // it was created or replaced before it was locked
    }
  }

  private static Object keyOf(Path file) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
    return Objects.requireNonNullElse(attributes.fileKey(), file);
  }

  /** Locks the file; false if another process, or another channel of this one, has locked it. */
  private static boolean isLocked(Path file, FileChannel channel) {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException inThisProcess) {
      return false;
    } catch (IOException e) { // some network file systems don't support locks
      log.warn("can't lock '{}', so nothing keeps a second process from writing it", file, e);
      return true;
    }
  }

  private static StorageException failed(String verb, Path file, IOException e) {
    return new StorageException(
        "can't %s '%s': %s".formatted(verb, file, StorageException.reasonOf(e)), e);
  }
}
