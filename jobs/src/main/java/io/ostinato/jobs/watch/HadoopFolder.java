package io.ostinato.jobs.watch;

import io.ostinato.spark.storage.LocalErrors;
import io.ostinato.storage.StorageException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.hdfs.DistributedFileSystem;

/** A folder on any file system that Hadoop supports, without its subfolders. */
record HadoopFolder(FileSystem system, Path path) implements CheckpointFolder {
  private static final int BUFFER_BYTES = 1 << 20;

  /**
   * A folder on this file system. On the local one, Hadoop's checksum files are not used, since
   * other programs don't update them.
   */
  HadoopFolder {
    system = system instanceof LocalFileSystem local ? local.getRawFileSystem() : system;
  }

  @Override
  public Listing list() throws IOException {
    List<CheckpointFile> files = new ArrayList<>();
    Map<String, String> links = new HashMap<>();
    Set<String> folders = new HashSet<>();
    RemoteIterator<FileStatus> listing = system.listStatusIterator(path);
    while (listing.hasNext()) {
      FileStatus status = listing.next();
      String name = status.getPath().getName();
      if (status.isDirectory()) {
        folders.add(name);
      } else if (status.isFile() && leadsSomewhere(name, links)) {
        files.add(of(status));
      }
    }
    return new Listing(files, links, folders);
  }

  /**
   * Records the target of a link; false if the target doesn't exist. Only the local file system
   * lists links as their targets.
   */
  private boolean leadsSomewhere(String name, Map<String, String> links) throws IOException {
    if (!(system instanceof RawLocalFileSystem local)) {
      return true;
    }
    java.nio.file.Path folder = local.pathToFile(path).toPath();
    java.nio.file.Path file = folder.resolve(name);
    if (!Files.isSymbolicLink(file)) {
      return true;
    }
    try {
      java.nio.file.Path end = file.toRealPath();
      boolean here = folder.toRealPath().equals(end.getParent());
      links.put(name, here ? String.valueOf(end.getFileName()) : end.toString());
      return true;
    } catch (NoSuchFileException | FileSystemLoopException e) {
      return false;
    }
  }

  /**
   * Only HDFS knows whether a file is open; the length it lists for an open file may not change for
   * a long time.
   */
  @Override
  public boolean isBeingWritten(CheckpointFile checkpoint) throws IOException {
    try {
      return system instanceof DistributedFileSystem hdfs && !hdfs.isFileClosed(pathOf(checkpoint));
    } catch (FileNotFoundException e) {
      return false;
    }
  }

  @Override
  public boolean copy(CheckpointFile checkpoint, java.nio.file.Path into) throws IOException {
    Path file = pathOf(checkpoint);
    try (InputStream in = system.open(file)) {
      return copy(in, into) == checkpoint.bytes()
          && of(system.getFileStatus(file)).equals(checkpoint);
    } catch (FSError e) {
      throw LocalErrors.exceptionOf(e);
    } catch (NoSuchFileException e) {
      throw (IOException) new FileNotFoundException(e.getMessage()).initCause(e);
    }
  }

  /** Built from parts, since a name with a colon would be parsed as a URI with a scheme. */
  private Path pathOf(CheckpointFile checkpoint) {
    return new Path(path, new Path(null, null, checkpoint.name()));
  }

  /**
   * Copies the content; read and write errors are distinguished, since only a read error is the
   * checkpoint's fault.
   */
  private static long copy(InputStream in, java.nio.file.Path into) throws IOException {
    try (Sink out = new Sink(into)) {
      byte[] buffer = new byte[BUFFER_BYTES];
      long bytes = 0;
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        out.write(buffer, n);
        bytes += n;
      }
      return bytes;
    }
  }

  private static CheckpointFile of(FileStatus status) {
    return new CheckpointFile(
        status.getPath().getName(),
        status.getLen(),
        Instant.ofEpochMilli(status.getModificationTime()));
  }

  private static final class Sink implements AutoCloseable {
    private final java.nio.file.Path file;
    private final OutputStream out;

    Sink(java.nio.file.Path file) {
      this.file = file;
      try {
        out = Files.newOutputStream(file);
      } catch (IOException e) {
        throw failed(e);
      }
    }

    void write(byte[] bytes, int length) {
      try {
        out.write(bytes, 0, length);
      } catch (IOException e) {
        throw failed(e);
      }
    }

    @Override
    public void close() {
      try {
        out.close();
      } catch (IOException e) {
        throw failed(e);
      }
    }

    private StorageException failed(IOException e) {
      return new StorageException(
          "can't write the copy '%s': %s".formatted(file, StorageException.reasonOf(e)), e);
    }
  }
}
