package io.ostinato.storage;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.List;

/**
 * Files of a run in one folder, by name. Safe for several threads that write different names.
 *
 * <p>A name has letters, digits and {@code . _ - =}, and doesn't begin with a dot. Failures are
 * {@link StorageException}s that name the problem and the file.
 */
public interface RunFiles {

  /** What is written into a file. */
  @FunctionalInterface
  interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Writes a file, and makes the folder where it is missing: all of it or nothing. It is written
   * under a temporary name, forced to the disk where the file system can, and renamed; a file of
   * that name is replaced.
   */
  void write(String name, Content content);

  /** Gives a file another name; a file of that name is replaced in one step. */
  void rename(String from, String to);

  /** Opens a file; the caller closes it. */
  InputStream read(String name);

  boolean exists(String name);

  /** The names of all files that are complete, sorted; none where the folder is missing. */
  List<String> list();

  /** Removes a file; nothing if there is none. */
  void delete(String name);

  /**
   * Removes what processes left that were killed while they wrote a file: temporary files that were
   * last changed before then. Choose a moment so far back that nobody writes one file for so long.
   */
  void deleteAbandoned(Instant before);

  long sizeBytes(String name);

  /** Where the folder is, for messages. */
  String location();
}
