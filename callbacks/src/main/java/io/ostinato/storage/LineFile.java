package io.ostinato.storage;

import java.util.List;

/**
 * A file to which whole lines are appended: after a crash it has a line completely or not at all.
 * Only one process at a time writes it. Failures are {@link StorageException}s that name the file.
 * Not thread-safe.
 */
public interface LineFile extends AutoCloseable {

  /** Reads all lines currently in the file. */
  List<String> lines();

  /** Appends a line, which is durably stored on return. */
  default void append(String line) {
    append(List.of(line));
  }

  /**
   * Appends lines in one write. After a crash the file has all of them, none, or the first few. A
   * failed append can be retried.
   *
   * @throws TakenOverException if another process has taken the file over
   */
  void append(List<String> lines);

  /** Replaces all lines; after a crash the file has either the new or the old ones. */
  void replace(List<String> lines);

  /** Whether this is currently the last line of the file, no matter which process wrote it. */
  boolean endsWith(String line);

  /**
   * Checks that this process still writes the file. Default: does nothing, for file systems that
   * keep other processes out.
   *
   * @throws TakenOverException if another process has taken it over
   */
  default void checkHeld() {}

  /** The file's location, for messages. */
  String location();

  @Override
  void close();
}
