package io.ostinato.spark.storage;

import io.ostinato.storage.FileNames;
import io.ostinato.storage.LineFile;
import io.ostinato.storage.LocalRunFiles;
import io.ostinato.storage.RunFiles;
import io.ostinato.storage.StorageException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.function.Predicate;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CommonPathCapabilities;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.fs.StreamCapabilities;
import org.apache.spark.sql.SparkSession;

/**
 * Files of a run in a folder on any file system that Hadoop supports.
 *
 * <p>Whether a file is replaced atomically depends on the file system's rename; on HDFS it is. On
 * an object store an object appears, complete, when it is closed. If the store can abort a write,
 * as S3A can, a file is written and replaced under its own name. Renaming copies objects there and
 * is not atomic: a reader may briefly find no file, and the hashes in checkpoints still detect
 * incomplete files.
 *
 * <p>Line files are appended to on HDFS; on all other file systems, and in folders of HDFS with
 * erasure coding, they are kept in segments that are merged.
 */
public final class HadoopRunFiles implements RunFiles {
  private final FileContext context;
  private final FileSystem system;
  private final Path folder;
  private final String writer;

  private HadoopRunFiles(FileContext context, FileSystem system, Path folder, String writer) {
    this.context = context;
    this.system = system;
    this.folder = folder;
    this.writer = writer;
  }

  /**
   * The files in this folder, which is created when the first file is written.
   *
   * @param folder a path such as {@code hdfs://name-node/runs/a/checkpoints}; without a scheme, on
   *     the default file system
   * @throws StorageException if the file system can't be accessed
   */
  public static HadoopRunFiles in(String folder, Configuration configuration) {
    try {
      Path path = new Path(folder);
      FileSystem system = path.getFileSystem(configuration);
      Path qualified = system.makeQualified(path); // gives hdfs:///runs the default authority
      FileContext context = FileContext.getFileContext(qualified.toUri(), configuration);
      return new HadoopRunFiles(context, system, qualified, "");
    } catch (IOException | RuntimeException e) {
      throw new StorageException("can't open the folder '%s': %s".formatted(folder, e), e);
    }
  }

  /**
   * The files in this folder: a local folder uses {@link LocalRunFiles}, which writes no checksum
   * files, any other uses {@link #in}.
   *
   * @param folder a path as for {@link #in}
   * @throws StorageException if the file system can't be accessed
   */
  public static RunFiles anywhere(String folder, Configuration configuration) {
    HadoopRunFiles files = in(folder, configuration);
    URI uri = files.folder.toUri();
    return "file".equals(uri.getScheme())
        ? LocalRunFiles.in(java.nio.file.Path.of(uri.getPath()))
        : files;
  }

  /** The files in this folder, with the Hadoop settings of a Spark session. */
  public static HadoopRunFiles in(String folder, SparkSession session) {
    return in(folder, session.sparkContext().hadoopConfiguration());
  }

  @Override
  public void write(String name, Content content) {
    Path file = file(name);
    try {
      if (system.hasPathCapability(file, CommonPathCapabilities.ABORTABLE_STREAM)) {
        write(file, content);
      } else {
        writeAndRename(file, content);
      }
    } catch (IOException e) {
      throw failed("write", file, e);
    } catch (FSError e) {
      throw failed("write", file, LocalErrors.exceptionOf(e));
    }
  }

  private void writeAndRename(Path file, Content content) throws IOException {
    Path temporary = new Path(folder, FileNames.temporary(writer));
    try {
      write(temporary, content);
      context.rename(temporary, file, Options.Rename.OVERWRITE);
    } catch (IOException | RuntimeException | Error e) {
      deleteAfter(e, temporary);
      throw e;
    }
  }

  @Override
  public void rename(String from, String to) {
    try {
      context.rename(file(from), file(to), Options.Rename.OVERWRITE);
    } catch (IOException e) {
      throw failed("rename", file(from), e);
    }
  }

  @Override
  public InputStream read(String name) {
    try {
      return context.open(file(name));
    } catch (IOException e) {
      throw failed("read", file(name), e);
    }
  }

  @Override
  public boolean exists(String name) {
    try {
      return context.getFileStatus(file(name)).isFile();
    } catch (FileNotFoundException e) {
      return false;
    } catch (IOException e) {
      throw failed("read", file(name), e);
    }
  }

  @Override
  public List<String> list() {
    return names(FileStatus::isFile);
  }

  @Override
  public List<String> folders() {
    return names(FileStatus::isDirectory);
  }

  private List<String> names(Predicate<FileStatus> kind) {
    try {
      List<String> names = new ArrayList<>();
      RemoteIterator<FileStatus> files = context.listStatus(folder);
      while (files.hasNext()) {
        FileStatus status = files.next();
        String name = status.getPath().getName();
        if (kind.test(status) && !name.startsWith(".")) {
          names.add(name);
        }
      }
      return names.stream().sorted().toList();
    } catch (FileNotFoundException e) {
      return List.of();
    } catch (IOException e) {
      throw failed("list", folder, e);
    }
  }

  @Override
  public void delete(String name) {
    try {
      context.delete(file(name), false);
    } catch (FileNotFoundException e) {
      return;
    } catch (IOException e) {
      throw failed("delete", file(name), e);
    }
  }

  @Override
  public void deleteAbandoned(Instant before) {
    deleteTemporary(
        FileNames.TEMPORARY,
        status -> Instant.ofEpochMilli(status.getModificationTime()).isBefore(before));
  }

  @Override
  public void deleteAbandonedBy(String name) {
    deleteTemporary(FileNames.temporaryOf(name), status -> true);
  }

  private void deleteTemporary(String prefix, Predicate<FileStatus> condition) {
    try {
      RemoteIterator<FileStatus> files = context.listStatus(folder);
      while (files.hasNext()) {
        FileStatus status = files.next();
        if (status.isFile()
            && status.getPath().getName().startsWith(prefix)
            && condition.test(status)) {
          context.delete(status.getPath(), false);
        }
      }
    } catch (FileNotFoundException e) {
      return; // nothing written yet, or another process is cleaning up too
    } catch (IOException e) {
      throw failed("delete what was abandoned in", folder, e);
    }
  }

  @Override
  public long sizeBytes(String name) {
    try {
      return context.getFileStatus(file(name)).getLen();
    } catch (IOException e) {
      throw failed("read", file(name), e);
    }
  }

  /**
   * Files go to an object store as a probe, since it has no folders; elsewhere, the probe is a file
   * in the folder or in the nearest one that exists.
   */
  @Override
  public void checkWritable() {
    Path present = folder;
    try {
      boolean isStore = system.hasPathCapability(folder, CommonPathCapabilities.ABORTABLE_STREAM);
      while (!isStore && !system.exists(present) && present.getParent() != null) {
        present = present.getParent();
      }
      Path probe = new Path(present, FileNames.temporary(writer));
      write(probe, out -> {});
      context.delete(probe, false);
    } catch (IOException e) {
      throw failed("write", folder, e);
    } catch (FSError e) {
      throw failed("write", folder, LocalErrors.exceptionOf(e));
    }
  }

  @Override
  public LineFile openLines(String name) {
    return new HadoopLineFiles(system, this).open(file(name));
  }

  @Override
  public LineWriter writerOf(String name) {
    return new HadoopLineFiles(system, this)
        .leaseOf(file(name))
        .orElseGet(() -> RunFiles.super.writerOf(name));
  }

  @Override
  public List<String> lines(String name) {
    return new HadoopLineFiles(system, this).read(file(name));
  }

  @Override
  public HadoopRunFiles folder(String name) {
    return new HadoopRunFiles(context, system, file(name), writer);
  }

  @Override
  public HadoopRunFiles writtenBy(String name) {
    return new HadoopRunFiles(context, system, folder, name);
  }

  @Override
  public void deleteFolder() {
    try {
      context.delete(folder, true);
    } catch (FileNotFoundException e) {
      return;
    } catch (IOException e) {
      throw failed("delete", folder, e);
    }
  }

  @Override
  public String location() {
    return folder.toString();
  }

  private Path file(String name) {
    return new Path(folder, FileNames.checked(name));
  }

  private void write(Path file, Content content) throws IOException {
    FSDataOutputStream out =
        context.create(
            file,
            EnumSet.of(CreateFlag.CREATE, CreateFlag.OVERWRITE),
            Options.CreateOpts.createParent());
    try {
      content.writeTo(out);
      if (out.hasCapability(StreamCapabilities.HSYNC)) {
        out.hsync();
      }
    } catch (IOException | RuntimeException | Error e) {
      if (out.hasCapability(StreamCapabilities.ABORTABLE_STREAM)) {
        out.abort(); // otherwise closing publishes half of an object
      }
      FailedWrites.close(out, e);
      throw e;
    }
    out.close();
  }

  private void deleteAfter(Throwable failure, Path temporary) {
    try {
      context.delete(temporary, false);
    } catch (FileNotFoundException e) {
      return;
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  static StorageException failed(String verb, Path file, IOException e) {
    return new StorageException(
        "can't %s '%s': %s".formatted(verb, file, StorageException.reasonOf(e)), e);
  }
}
