package io.ostinato.jobs.watch;

import io.ostinato.spark.storage.FailedWrites;
import io.ostinato.spark.storage.LocalErrors;
import io.ostinato.storage.StorageException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.StreamCapabilities;
import org.jspecify.annotations.Nullable;

/**
 * Lines in a file of any file system that Hadoop knows, written whole each time: no file system
 * there both appends and survives a writer that was killed, and the file is small.
 *
 * <p>On a file system it is written under a temporary name and renamed, in one step. An object
 * store has no such rename; there an object appears, whole, when it is closed, so that it is
 * written under its own name.
 */
final class HadoopLineFile implements LineFile {
  private static final Set<String> OBJECT_STORES =
      Set.of("s3a", "s3", "s3n", "gs", "oss", "cosn", "obs", "swift");

  private final Path file;
  private final Path temporary;
  private final FileSystem system;
  private final Configuration configuration;
  private final List<String> lines;
  private @Nullable FileStatus written;

  private HadoopLineFile(Path file, FileSystem system, Configuration configuration)
      throws IOException {
    this.file = file;
    this.temporary = new Path(file.getParent(), "." + file.getName() + ".tmp");
    this.system = system;
    this.configuration = configuration;
    this.written = status();
    this.lines = new ArrayList<>(written == null ? List.of() : read());
  }

  /**
   * Opens a file; it is made with the first line.
   *
   * @throws StorageException if it can't be read
   */
  static HadoopLineFile open(Path file, Configuration configuration) {
    try {
      return new HadoopLineFile(file, file.getFileSystem(configuration), configuration);
    } catch (IOException e) {
      throw new StorageException(
          "can't read '%s': %s".formatted(file, StorageException.reasonOf(e)), e);
    }
  }

  @Override
  public List<String> lines() {
    return List.copyOf(lines);
  }

  @Override
  public void append(List<String> more) {
    try {
      refuseOtherWriters();
      byte[] content =
          Stream.concat(lines.stream(), more.stream())
              .map(line -> line + "\n")
              .collect(Collectors.joining())
              .getBytes(StandardCharsets.UTF_8);
      if (isObjectStore(file.toUri().getScheme())) {
        write(file, content);
      } else {
        writeTemporary(content);
        FileContext.getFileContext(system.getUri(), configuration)
            .rename(temporary, file, Options.Rename.OVERWRITE);
      }
      written = status();
      lines.addAll(more);
    } catch (IOException e) {
      throw new StorageException(
          "can't write '%s': %s".formatted(file, StorageException.reasonOf(e)), e);
    }
  }

  @Override
  public boolean endsWith(String line) {
    try {
      List<String> now = status() == null ? List.of() : read();
      return !now.isEmpty() && now.get(now.size() - 1).equals(line);
    } catch (IOException e) {
      throw new StorageException(
          "can't read '%s': %s".formatted(file, StorageException.reasonOf(e)), e);
    }
  }

  @Override
  public String location() {
    return file.toString();
  }

  @Override
  public void close() {}

  static boolean isObjectStore(@Nullable String scheme) {
    return scheme != null && OBJECT_STORES.contains(scheme.toLowerCase(Locale.ROOT));
  }

  private void write(Path path, byte[] content) throws IOException {
    FSDataOutputStream out = system.create(path, true);
    try {
      out.write(content);
      if (!isObjectStore(path.toUri().getScheme())) {
        out.hsync();
      }
    } catch (FSError e) {
      FailedWrites.close(out, e);
      throw LocalErrors.exceptionOf(e);
    } catch (IOException e) {
      if (out.hasCapability(StreamCapabilities.ABORTABLE_STREAM)) {
        out.abort(); // else an object store shows half of it once it is closed
      }
      FailedWrites.close(out, e);
      throw e;
    } catch (RuntimeException | Error e) {
      FailedWrites.close(out, e);
      throw e;
    }
    out.close();
  }

  private void writeTemporary(byte[] content) throws IOException {
    try {
      write(temporary, content);
    } catch (IOException e) {
      try {
        system.delete(temporary, false);
      } catch (IOException left) {
        e.addSuppressed(left);
      }
      throw e;
    }
  }

  private List<String> read() throws IOException {
    try (InputStream in = system.open(file)) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
    }
  }

  /** There are no locks to hold, but what another process wrote shows. */
  private void refuseOtherWriters() throws IOException {
    FileStatus now = status();
    FileStatus before = written;
    boolean same =
        now == null || before == null
            ? now == before
            : now.getLen() == before.getLen()
                && now.getModificationTime() == before.getModificationTime();
    if (!same) {
      throw new StorageException(
          "another process is writing '%s'; end it, or give this one another --run-id"
              .formatted(file));
    }
  }

  private @Nullable FileStatus status() throws IOException {
    try {
      return system.getFileStatus(file);
    } catch (FileNotFoundException e) {
      return null;
    }
  }
}
