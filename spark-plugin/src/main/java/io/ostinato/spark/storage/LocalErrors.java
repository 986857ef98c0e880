package io.ostinato.spark.storage;

import java.io.IOException;
import org.apache.hadoop.fs.FSError;

/** Errors that Hadoop's local file system throws, where others throw exceptions. */
public final class LocalErrors {
  private LocalErrors() {}

  /** The underlying exception, such as a full disk or an unreadable one. */
  public static IOException exceptionOf(FSError error) {
    return error.getCause() instanceof IOException cause ? cause : new IOException(error);
  }
}
