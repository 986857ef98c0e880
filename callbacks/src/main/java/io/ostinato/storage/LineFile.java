package io.ostinato.storage;

import java.util.List;

/**
 * A file that grows by whole lines: after a crash a line is in it or it isn't. One process at a
 * time writes it. Failures are {@link StorageException}s that name the file. Not thread-safe.
 */
public interface LineFile extends AutoCloseable {

  /** All lines, as the file has them now. */
  List<String> lines();

  /** Adds a line; it is on the disk, or wherever the file system keeps it, on return. */
  default void append(String line) {
    append(List.of(line));
  }

  /**
   * Adds lines at once; after a crash it has the first of them, or all, or none. After a failure it
   * may be tried again.
   */
  void append(List<String> lines);

  /** Makes these the only lines; after a crash it has them, or those of before. */
  void replace(List<String> lines);

  /** Whether this is the last line of the file, as it is now, whoever wrote it. */
  boolean endsWith(String line);

  /** Where it is, for messages. */
  String location();

  @Override
  void close();
}
