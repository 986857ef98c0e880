package io.ostinato.spark.storage;

import io.ostinato.storage.LineFile;
import io.ostinato.storage.LineText;
import io.ostinato.storage.RunFiles;
import io.ostinato.storage.StorageException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.client.HdfsDataOutputStream;
import org.apache.hadoop.hdfs.client.HdfsDataOutputStream.SyncFlag;
import org.jspecify.annotations.Nullable;

/**
 * Lines in a file of HDFS, appended and forced to the disks of its datanodes. HDFS leases a file to
 * one writer: who opens it takes the lease from one that was killed, and from one that still runs,
 * whose next line fails.
 */
final class HdfsLineFile implements LineFile {
  private static final int BUFFER_BYTES = 1 << 16;

  /** HDFS closes the file of a dead writer within a few heartbeats of its datanodes. */
  private static final Duration LEASE_LIMIT = Duration.ofMinutes(2);

  private static final Duration LEASE_PAUSE = Duration.ofMillis(100);

  private final DistributedFileSystem hdfs;
  private final Path file;
  private final RunFiles files;
  private long bytes;

  /** HDFS changes this when a file is closed, also when its lease is taken. */
  private long modifiedMillis;

  private @Nullable FSDataOutputStream out;

  private HdfsLineFile(DistributedFileSystem hdfs, Path file, RunFiles files) {
    this.hdfs = hdfs;
    this.file = file;
    this.files = files;
  }

  /**
   * Opens a file, and makes it where it is missing.
   *
   * @throws StorageException if it can't be written
   */
  static HdfsLineFile open(DistributedFileSystem hdfs, Path file, RunFiles files) {
    HdfsLineFile lines = new HdfsLineFile(hdfs, file, files);
    try {
      byte[] content = lines.takeOver();
      lines.bytes = LineText.wholeBytes(content);
      lines.openAt(content);
      return lines;
    } catch (IOException e) {
      throw HadoopRunFiles.failed("write", file, e);
    }
  }

  /** As {@link RunFiles#lines}. HDFS shows a reader all that the writer has forced to the disks. */
  static List<String> read(Path file, RunFiles files) {
    return files.exists(file.getName()) ? LineText.lines(content(file, files)) : List.of();
  }

  @Override
  public List<String> lines() {
    return read(file, files);
  }

  @Override
  public void append(List<String> more) {
    byte[] content = LineText.bytes(more);
    try {
      write(out == null ? reopen() : out, content);
      bytes += content.length;
    } catch (IOException e) {
      throw HadoopRunFiles.failed("write", file, e);
    }
  }

  @Override
  public void replace(List<String> lines) {
    byte[] content = LineText.bytes(lines);
    close();
    files.write(file.getName(), stream -> stream.write(content));
    bytes = content.length;
    try {
      openAt(content);
    } catch (IOException e) {
      throw HadoopRunFiles.failed("write", file, e);
    }
  }

  @Override
  public boolean endsWith(String line) {
    List<String> now = lines();
    return !now.isEmpty() && now.get(now.size() - 1).equals(line);
  }

  @Override
  public String location() {
    return file.toString();
  }

  @Override
  public void close() {
    FSDataOutputStream open = out;
    out = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        throw HadoopRunFiles.failed("write", file, e);
      }
    }
  }

  /** The length that the name node tells is kept up, for readers that go by it. */
  private void write(FSDataOutputStream open, byte[] content) throws IOException {
    try {
      open.write(content);
      if (open instanceof HdfsDataOutputStream stream) {
        stream.hsync(EnumSet.of(SyncFlag.UPDATE_LENGTH));
      } else {
        open.hsync();
      }
    } catch (IOException e) {
      out = null;
      boolean wasTaken = isTaken();
      FailedWrites.close(open, e);
      if (wasTaken) {
        throw isOfAnother(e);
      }
      noteTime();
      throw e;
    }
  }

  /** Opens it once more after a failure, unless another process has it by now. */
  private FSDataOutputStream reopen() throws IOException {
    if (isTaken()) {
      throw isOfAnother(null);
    }
    return openAt(takeOver());
  }

  private boolean isTaken() {
    try {
      return hdfs.getFileStatus(file).getModificationTime() != modifiedMillis;
    } catch (IOException unknown) {
      return false;
    }
  }

  /** Closing it after a failure may have changed the time; what is not known stays as it is. */
  private void noteTime() {
    try {
      modifiedMillis = hdfs.getFileStatus(file).getModificationTime();
    } catch (IOException unknown) {
      return;
    }
  }

  private StorageException isOfAnother(@Nullable IOException failure) {
    String message =
        "another process is writing '%s'; end it, or give this run another id".formatted(file);
    return failure == null ? new StorageException(message) : new StorageException(message, failure);
  }

  /**
   * Takes the lease of whoever has the file open; gives what is in it, nothing if it is missing.
   */
  private byte[] takeOver() throws IOException {
    long end = System.nanoTime() + LEASE_LIMIT.toNanos();
    try {
      while (!hdfs.recoverLease(file)) {
        if (System.nanoTime() > end || Thread.currentThread().isInterrupted()) {
          throw new IOException(
              "the process that had it open is gone, and HDFS hasn't closed it within %s s"
                  .formatted(LEASE_LIMIT.toSeconds()));
        }
        LockSupport.parkNanos(LEASE_PAUSE.toNanos());
      }
      return content(file, files);
    } catch (FileNotFoundException e) {
      return new byte[0];
    }
  }

  /** Opens it behind what was appended without a failure, which may be all of the content. */
  private FSDataOutputStream openAt(byte[] content) throws IOException {
    if (content.length > bytes) {
      byte[] kept = Arrays.copyOf(content, Math.toIntExact(bytes));
      files.write(file.getName(), stream -> stream.write(kept));
    }
    FSDataOutputStream open = hdfs.exists(file) ? append() : create();
    out = open;
    modifiedMillis = hdfs.getFileStatus(file).getModificationTime();
    return open;
  }

  /** A block of its own needs no more datanodes than are there. */
  private FSDataOutputStream append() throws IOException {
    return hdfs.append(
        file, EnumSet.of(CreateFlag.APPEND, CreateFlag.NEW_BLOCK), BUFFER_BYTES, null);
  }

  private FSDataOutputStream create() throws IOException {
    try {
      return hdfs.create(file, false);
    } catch (FileAlreadyExistsException e) {
      throw isOfAnother(e);
    }
  }

  private static byte[] content(Path file, RunFiles files) {
    try (InputStream in = files.read(file.getName())) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw HadoopRunFiles.failed("read", file, e);
    }
  }
}
