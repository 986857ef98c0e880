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
 * A line file on HDFS; appends are forced to the disks of the datanodes. HDFS leases a file to one
 * writer. Opening the file takes over its lease, from a killed writer as well as from a live one,
 * whose next append then fails.
 */
final class HdfsLineFile implements LineFile {
  private static final int BUFFER_BYTES = 1 << 16;

  /**
   * The time to wait for HDFS to close a dead writer's file, which takes a few datanode heartbeats.
   */
  private static final Duration LEASE_LIMIT = Duration.ofMinutes(2);

  private static final Duration LEASE_PAUSE = Duration.ofMillis(100);

  private final DistributedFileSystem hdfs;
  private final Path file;
  private final RunFiles files;
  private long bytes;

  /** The modification time, which HDFS changes when a file is closed or its lease is taken over. */
  private long modifiedMillis;

  private @Nullable FSDataOutputStream out;

  private HdfsLineFile(DistributedFileSystem hdfs, Path file, RunFiles files) {
    this.hdfs = hdfs;
    this.file = file;
    this.files = files;
  }

  /**
   * Opens a file; creates it if missing.
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

  /**
   * Reads the lines; see {@link RunFiles#lines}. Readers see everything that was forced to the
   * disks.
   */
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

  /** Writes and syncs. Also updates the length at the name node, for readers that rely on it. */
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

  /** Reopens the file after a failure, unless another process has taken it over. */
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

  /**
   * Records the modification time, which closing after a failure may change; unchanged if unknown.
   */
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
   * Takes over the lease from any process that has the file open; returns the content, empty if the
   * file is missing.
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

  /** Opens the file after its last successful append; later content is removed. */
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

  /** Appends in a new block, which requires no more datanodes than there are. */
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
