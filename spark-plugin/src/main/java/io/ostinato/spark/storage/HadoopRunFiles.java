package io.ostinato.spark.storage;

import io.ostinato.storage.FileNames;
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
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.spark.sql.SparkSession;

/**
 * Files of a run in a folder of any file system that Hadoop knows.
 *
 * <p>Replacing a file in one step is what the file system's rename makes of it: HDFS and local ones
 * do it so. An object store (S3A) copies instead and has no such step; a reader may see a moment
 * without the file, and the checkpoints' hashes still tell what is whole.
 */
public final class HadoopRunFiles implements RunFiles {
  private final FileContext context;
  private final Path folder;

  private HadoopRunFiles(FileContext context, Path folder) {
    this.context = context;
    this.folder = folder;
  }

  /**
   * The files in this folder, which is made with the first of them.
   *
   * @param folder as in {@code hdfs://name-node/runs/a/checkpoints}; without a scheme, on the
   *     default file system
   * @throws StorageException if the file system can't be had
   */
  public static HadoopRunFiles in(String folder, Configuration configuration) {
    try {
      Path path = new Path(folder);
      URI uri = path.toUri();
      FileContext context =
          uri.getScheme() == null
              ? FileContext.getFileContext(configuration)
              : FileContext.getFileContext(uri, configuration);
      return new HadoopRunFiles(context, context.makeQualified(path));
    } catch (IOException | RuntimeException e) {
      throw new StorageException("can't open the folder '%s': %s".formatted(folder, e), e);
    }
  }

  /** The files in this folder, with the Hadoop settings of a session. */
  public static HadoopRunFiles in(String folder, SparkSession session) {
    return in(folder, session.sparkContext().hadoopConfiguration());
  }

  @Override
  public void write(String name, Content content) {
    Path file = file(name);
    Path temporary = new Path(folder, FileNames.TEMPORARY + UUID.randomUUID());
    try {
      writeTemporary(temporary, content);
      context.rename(temporary, file, Options.Rename.OVERWRITE);
    } catch (IOException e) {
      deleteAfter(e, temporary);
      throw failed("write", file, e);
    } catch (FSError e) {
      deleteAfter(e, temporary);
      throw failed("write", file, LocalErrors.exceptionOf(e));
    } catch (RuntimeException | Error e) {
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
    try {
      List<String> names = new ArrayList<>();
      RemoteIterator<FileStatus> files = context.listStatus(folder);
      while (files.hasNext()) {
        FileStatus status = files.next();
        String name = status.getPath().getName();
        if (status.isFile() && !name.startsWith(".")) {
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
    try {
      RemoteIterator<FileStatus> files = context.listStatus(folder);
      while (files.hasNext()) {
        FileStatus status = files.next();
        if (status.isFile()
            && status.getPath().getName().startsWith(FileNames.TEMPORARY)
            && Instant.ofEpochMilli(status.getModificationTime()).isBefore(before)) {
          context.delete(status.getPath(), false);
        }
      }
    } catch (FileNotFoundException e) {
      return; // nothing was written there yet, or another process cleans up, too
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

  @Override
  public String location() {
    return folder.toString();
  }

  private Path file(String name) {
    return new Path(folder, FileNames.checked(name));
  }

  private void writeTemporary(Path temporary, Content content) throws IOException {
    FSDataOutputStream out =
        context.create(temporary, EnumSet.of(CreateFlag.CREATE), Options.CreateOpts.createParent());
    try {
      content.writeTo(out);
      out.hsync();
    } catch (IOException | RuntimeException | Error e) {
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

  private static StorageException failed(String verb, Path file, IOException e) {
    return new StorageException(
        "can't %s '%s': %s".formatted(verb, file, StorageException.reasonOf(e)), e);
  }
}
