package io.ostinato.spark.storage;

import java.io.Closeable;
import java.io.IOException;

/** Cleanup after failed writes. */
public final class FailedWrites {
  private FailedWrites() {}

  /**
   * Closes a stream after a failure; a failure to close is added to it as suppressed. HDFS can
   * throw the same exception instance again, which try-with-resources can't handle.
   */
  public static void close(Closeable stream, Throwable failure) {
    try {
      stream.close();
    } catch (IOException | RuntimeException | Error e) {
      if (e != failure) {
        failure.addSuppressed(e);
      }
    }
  }
}
