package io.ostinato.spark.storage;

import io.ostinato.storage.RunFiles;
import io.ostinato.storage.RunFiles.LineWriter;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.EnumSet;
import java.util.concurrent.locks.LockSupport;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.protocol.AlreadyBeingCreatedException;
import org.apache.hadoop.ipc.RemoteException;

/** The lease of a file on HDFS, which one writer at a time has. */
record HdfsLease(DistributedFileSystem hdfs, Path file) {
  /** The exception of the name node while it closes the file of a dead writer. */
  private static final String RECOVERING =
      "org.apache.hadoop.hdfs.protocol.RecoveryInProgressException";

  private static final int BUFFER_BYTES = 1 << 12;

  /**
   * The time to wait for HDFS to close a dead writer's file, which takes a few datanode heartbeats.
   */
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private static final Duration PAUSE = Duration.ofMillis(100);

  /**
   * Takes over the lease from any process that has the file open; returns the content, empty if the
   * file is missing.
   */
  byte[] takeOver(RunFiles files) throws IOException {
    long end = System.nanoTime() + LIMIT.toNanos();
    try {
      while (!hdfs.recoverLease(file)) {
        if (System.nanoTime() > end || Thread.currentThread().isInterrupted()) {
          throw new IOException(
              "the process that had it open is gone, and HDFS hasn't closed it within %s s"
                  .formatted(LIMIT.toSeconds()));
        }
        LockSupport.parkNanos(PAUSE.toNanos());
      }
      return content(file, files);
    } catch (FileNotFoundException e) {
      return new byte[0];
    }
  }

  /**
   * Whether a process has the lease. HDFS takes a killed process for a living one for a minute.
   * After that, this begins to close the file.
   */
  LineWriter writer() throws IOException {
    try {
      if (hdfs.isFileClosed(file)) {
        return LineWriter.NONE;
      }
      hdfs.append(file, EnumSet.of(CreateFlag.APPEND, CreateFlag.NEW_BLOCK), BUFFER_BYTES, null)
          .close();
      return LineWriter.NONE;
    } catch (FileNotFoundException e) {
      return LineWriter.NONE;
    } catch (RemoteException e) {
      if (e.getClassName().equals(RECOVERING)) {
        return LineWriter.NONE;
      } else if (e.getClassName().equals(AlreadyBeingCreatedException.class.getName())) {
        return LineWriter.SOME;
      }
      throw e;
    }
  }

  static byte[] content(Path file, RunFiles files) {
    try (InputStream in = files.read(file.getName())) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw HadoopRunFiles.failed("read", file, e);
    }
  }
}
