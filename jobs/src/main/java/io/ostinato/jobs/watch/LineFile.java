package io.ostinato.jobs.watch;

import java.util.List;

/**
 * A file that grows by whole lines: after a crash a line is in it or it isn't. One process at a
 * time writes it. Failures are {@link io.ostinato.storage.StorageException}s that name the file.
 */
interface LineFile extends AutoCloseable {

  /** All lines, without what a crash left of an unfinished one. */
  List<String> lines();

  /** Adds a line; it is on the disk, or wherever the file system keeps it, on return. */
  default void append(String line) {
    append(List.of(line));
  }

  /** Adds lines at once; after a crash it has the first of them, or all, or none. */
  void append(List<String> lines);

  /** Whether this is the last line of the file, as it is now, whoever wrote it. */
  boolean endsWith(String line);

  /** Where it is, for messages. */
  String location();

  @Override
  void close();
}
