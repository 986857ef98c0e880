package io.ostinato.spark.storage;

import java.io.Closeable;
import java.io.IOException;

/** What is still to be done about a file whose writing failed. */
public final class FailedWrites {
  private FailedWrites() {}

  /**
   * Closes a stream after a failure, to which a failure to close is added. HDFS throws the very
   * same exception again, which a try statement with resources can't take.
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
