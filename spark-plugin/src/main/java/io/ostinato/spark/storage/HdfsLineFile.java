package io.ostinato.spark.storage;

import io.ostinato.storage.LineClaim;
import io.ostinato.storage.LineFile;
import io.ostinato.storage.LineText;
import io.ostinato.storage.RunFiles;
import io.ostinato.storage.StorageException;
import io.ostinato.storage.TakenOverException;
import java.io.IOException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.StreamCapabilities;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.client.HdfsDataOutputStream;
import org.apache.hadoop.hdfs.client.HdfsDataOutputStream.SyncFlag;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A line file on HDFS; appends are forced to the disks of the datanodes. HDFS leases a file to one
 * writer. Opening the file takes over its lease, from a killed writer as well as from a live one,
 * whose next append then fails. A {@linkplain LineClaim claim} tells such a writer that it has lost
 * the file, which a failed append alone doesn't.
 */
final class HdfsLineFile implements LineFile {
  private static final Logger log = LoggerFactory.getLogger(HdfsLineFile.class);
  private static final int BUFFER_BYTES = 1 << 16;

  private final DistributedFileSystem hdfs;
  private final Path file;
  private final RunFiles files;
  private final LineClaim claim;
  private long bytes;
  private @Nullable FSDataOutputStream out;

  private HdfsLineFile(DistributedFileSystem hdfs, Path file, RunFiles files) {
    this.hdfs = hdfs;
    this.file = file;
    this.files = files;
    this.claim = LineClaim.take(files, file.getName());
  }

  /**
   * Opens a file; creates it if missing.
   *
   * @throws StorageException if it can't be written
   */
  static HdfsLineFile open(DistributedFileSystem hdfs, Path file, RunFiles files) {
    HdfsLineFile lines = new HdfsLineFile(hdfs, file, files);
    try {
      byte[] content = new HdfsLease(hdfs, file).takeOver(files);
      lines.bytes = LineText.wholeBytes(content);
      lines.openAt(content);
      lines.claim.settle();
      return lines;
    } catch (IOException e) {
      StorageException failure = HadoopRunFiles.failed("write", file, e);
      lines.claim.releaseAfter(failure);
      throw failure;
    } catch (RuntimeException | Error e) {
      lines.claim.releaseAfter(e);
      throw e;
    }
  }

  /**
   * Reads the lines; see {@link RunFiles#lines}. Readers see everything that was forced to the
   * disks.
   */
  static List<String> read(Path file, RunFiles files) {
    return files.exists(file.getName())
        ? LineText.lines(HdfsLease.content(file, files))
        : List.of();
  }

  /** Whether appends are forced to the disks, which they are not in files with erasure coding. */
  boolean isForced() {
    return out != null && out.hasCapability(StreamCapabilities.HSYNC);
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
    claim.check();
    try {
      closeStream();
    } catch (StorageException e) {
      log.warn("{}; it is replaced", e.getMessage());
    }
    claim.check();
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
  public void checkHeld() {
    claim.check();
  }

  @Override
  public String location() {
    return file.toString();
  }

  @Override
  public void close() {
    closeStream();
    claim.release();
  }

  private void closeStream() {
    FSDataOutputStream open = out;
    out = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        claimAfter(e);
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
      FailedWrites.close(open, e);
      claimAfter(e);
      throw e;
    }
  }

  /** Checks after a failure whether it is because another process has taken the file over. */
  private void claimAfter(IOException failure) {
    try {
      claim.check();
    } catch (TakenOverException e) {
      throw TakenOverException.of(file.toString(), failure);
    } catch (StorageException unknown) {
      failure.addSuppressed(unknown);
    }
  }

  /** Reopens the file after a failure, unless another process has taken it over. */
  private FSDataOutputStream reopen() throws IOException {
    claim.check();
    byte[] content = new HdfsLease(hdfs, file).takeOver(files);
    if (content.length < bytes) {
      throw new StorageException(
          "'%s' has %s bytes since HDFS recovered it, and %s were written; HDFS has lost lines, so stop and resume from a checkpoint"
              .formatted(file, content.length, bytes));
    }
    return openAt(content);
  }

  /** Opens the file after its last successful append; later content is removed. */
  private FSDataOutputStream openAt(byte[] content) throws IOException {
    if (content.length > bytes) {
      byte[] kept = Arrays.copyOf(content, Math.toIntExact(bytes));
      files.write(file.getName(), stream -> stream.write(kept));
    }
    FSDataOutputStream open = hdfs.exists(file) ? append() : create();
    out = open;
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
      throw TakenOverException.of(file.toString(), e);
    }
  }
}
