package io.ostinato.spark.storage;

import java.io.IOException;
import org.apache.hadoop.fs.FSError;

/** What Hadoop's local file system throws as an error, where all others throw an exception. */
public final class LocalErrors {
  private LocalErrors() {}

  /** The exception that it was: a full disk, or one that can't be read. */
  public static IOException exceptionOf(FSError error) {
    return error.getCause() instanceof IOException cause ? cause : new IOException(error);
  }
}
