package io.ostinato.jobs.watch;

import io.ostinato.storage.StorageException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Collectors;

/** Lines in a file of this machine, appended and forced to the disk; locked while it is open. */
final class LocalLineFile implements LineFile {
  private final Path file;
  private final FileChannel channel;
  private final List<String> lines;

  private LocalLineFile(Path file, FileChannel channel) throws IOException {
    this.file = file;
    this.channel = channel;
    this.lines = readAndCut();
  }

  /**
   * Opens a file, and makes it and its folder where they are missing.
   *
   * @throws StorageException if it can't be written, or another process has it open
   */
  static LocalLineFile open(Path file) {
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      FileChannel channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      try {
        if (!FileLocks.lock(channel)) {
          throw new StorageException(
              "another process is writing '%s'; end it, or give this one another --run-id"
                  .formatted(file));
        }
        return new LocalLineFile(file, channel);
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  @Override
  public List<String> lines() {
    return lines;
  }

  @Override
  public void append(List<String> more) {
    try {
      long end = channel.size();
      try {
        channel.position(end);
        ByteBuffer rest = ByteBuffer.wrap(bytes(more));
        while (rest.hasRemaining()) {
          channel.write(rest);
        }
        channel.force(true);
      } catch (IOException e) {
        channel.truncate(end);
        throw e;
      }
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  @Override
  public boolean endsWith(String line) {
    ByteBuffer expected = ByteBuffer.wrap(bytes(List.of(line)));
    ByteBuffer found = ByteBuffer.allocate(expected.capacity());
    try {
      long from = channel.size() - expected.capacity();
      while (from >= 0
          && found.hasRemaining()
          && channel.read(found, from + found.position()) > 0) {
        // until all of it is read
      }
      return found.flip().equals(expected);
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  @Override
  public String location() {
    return file.toString();
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  private List<String> readAndCut() throws IOException {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    Channels.newInputStream(channel).transferTo(content);
    byte[] bytes = content.toByteArray();
    int end = bytes.length;
    while (end > 0 && bytes[end - 1] != '\n') {
      end--;
    }
    channel.truncate(end);
    return new String(bytes, 0, end, StandardCharsets.UTF_8).lines().toList();
  }

  private static byte[] bytes(List<String> lines) {
    return lines.stream()
        .map(line -> line + "\n")
        .collect(Collectors.joining())
        .getBytes(StandardCharsets.UTF_8);
  }

  private static StorageException failed(Path file, IOException e) {
    return new StorageException(
        "can't write '%s': %s".formatted(file, StorageException.reasonOf(e)), e);
  }
}
