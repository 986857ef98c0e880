package io.ostinato.jobs.watch;

import io.ostinato.jobs.modelfile.WeightsFolder;
import io.ostinato.spark.storage.LocalErrors;
import io.ostinato.storage.Safetensors;
import io.ostinato.storage.StorageException;
import java.io.BufferedOutputStream;
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
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.hdfs.DistributedFileSystem;

/**
 * A folder on any file system that Hadoop supports.
 *
 * @param subfolders accepts the names of subfolders that are checkpoints if they have weights;
 *     those of others are listed as folders
 */
record HadoopFolder(FileSystem system, Path path, Predicate<String> subfolders)
    implements CheckpointFolder {
  private static final int BUFFER_BYTES = 1 << 20;

  /**
   * A folder on this file system. On the local one, Hadoop's checksum files are not used, since
   * other programs don't update them.
   */
  HadoopFolder {
    system = system instanceof LocalFileSystem local ? local.getRawFileSystem() : system;
  }

  /** A folder whose subfolders are not checkpoints. */
  HadoopFolder(FileSystem system, Path path) {
    this(system, path, name -> false);
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
      if (status.isDirectory() && subfolders.test(name)) {
        if (!isLink(name)) {
          checkpointIn(name).ifPresent(files::add);
        }
      } else if (status.isDirectory()) {
        folders.add(name);
      } else if (status.isFile() && leadsSomewhere(name, links)) {
        files.add(of(status));
      }
    }
    return new Listing(files, links, folders);
  }

  /** The weights in a subfolder; empty if a training that keeps only a few has just deleted it. */
  private Optional<CheckpointFile> checkpointIn(String name) throws IOException {
    try {
      return subfolder(name).checkpoint();
    } catch (FileNotFoundException e) {
      return Optional.empty();
    }
  }

  private WeightsSubfolder subfolder(String name) {
    return new WeightsSubfolder(system, new Path(path, new Path(null, null, name)));
  }

  /** Whether a subfolder is a link, such as {@code latest}; only local folders have any. */
  private boolean isLink(String name) {
    return system instanceof RawLocalFileSystem local
        && Files.isSymbolicLink(local.pathToFile(path).toPath().resolve(name));
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
    try {
      return checkpoint.isInSubfolder()
          ? copySubfolder(checkpoint, into)
          : copyFile(checkpoint, into);
    } catch (FSError e) {
      throw LocalErrors.exceptionOf(e);
    } catch (NoSuchFileException e) {
      throw (IOException) new FileNotFoundException(e.getMessage()).initCause(e);
    }
  }

  private boolean copyFile(CheckpointFile checkpoint, java.nio.file.Path into) throws IOException {
    Path file = pathOf(checkpoint);
    try (InputStream in = system.open(file)) {
      return copy(in, into) == checkpoint.bytes()
          && of(system.getFileStatus(file)).equals(checkpoint);
    }
  }

  /** Copies the weights in a subfolder; shards become one file. */
  private boolean copySubfolder(CheckpointFile checkpoint, java.nio.file.Path into)
      throws IOException {
    String folder = CheckpointFile.ownName(checkpoint.name());
    String main = checkpoint.name().substring(folder.length() + 1);
    WeightsSubfolder weights = subfolder(folder);
    if (WeightsFolder.isIndex(main)) {
      Safetensors joined = weights.joined(main);
      try (Sink out = new Sink(into)) {
        out.write(joined);
      }
    } else {
      try (InputStream in = system.open(new Path(weights.path(), main))) {
        copy(in, into);
      }
    }
    return weights.checkpoint().equals(Optional.of(checkpoint));
  }

  /** Built from parts, since a name with a colon would be parsed as a URI with a scheme. */
  private Path pathOf(CheckpointFile checkpoint) {
    String own = CheckpointFile.ownName(checkpoint.name());
    Path file = new Path(path, new Path(null, null, own));
    return checkpoint.isInSubfolder()
        ? new Path(file, checkpoint.name().substring(own.length() + 1))
        : file;
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

    void write(Safetensors weights) {
      try (BufferedOutputStream buffered = new BufferedOutputStream(out, BUFFER_BYTES)) {
        weights.writeTo(buffered);
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
