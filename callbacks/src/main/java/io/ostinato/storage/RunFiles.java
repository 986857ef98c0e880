package io.ostinato.storage;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The files of a run in one folder, by name: whole files, files that grow by lines, and folders of
 * the same kind. Safe for several threads that write different names.
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
   * under a temporary name, forced to the disk where the file system can, and renamed, or takes its
   * name when it is closed; a file of that name is replaced.
   */
  void write(String name, Content content);

  /** Gives a file another name; a file of that name is replaced in one step. */
  void rename(String from, String to);

  /** Opens a file; the caller closes it. */
  InputStream read(String name);

  /** The whole of a file as UTF-8. */
  default String text(String name) {
    try (InputStream in = read(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new StorageException(
          "can't read '%s' in %s: %s".formatted(name, location(), StorageException.reasonOf(e)), e);
    }
  }

  boolean exists(String name);

  /** The names of all files that are complete, sorted; none where the folder is missing. */
  List<String> list();

  /** Removes a file; nothing if there is none. */
  void delete(String name);

  /**
   * Removes what processes left that were killed while they wrote a file: temporary files that were
   * last changed before then. Choose a moment so far back that nobody writes one file for so long,
   * or {@link Instant#MAX} where nobody else writes into this folder.
   */
  void deleteAbandoned(Instant before);

  long sizeBytes(String name);

  /**
   * Opens a file to append lines to, and makes it and the folder where they are missing. What a
   * crash left of an unfinished last line is removed. One process at a time has it open: a second
   * one is refused, or fails the first at its next line.
   *
   * @throws StorageException if it can't be written, or another process is writing it
   */
  LineFile openLines(String name);

  /**
   * The lines of a file that {@link #openLines} appends to, without an unfinished last one: all
   * that were appended before the call, though the file is still open, or its writer was killed.
   * None where there is no such file. {@link #read} has all of them once the file is closed.
   */
  List<String> lines(String name);

  /** The files of a folder in this one, which is made with the first of them. */
  RunFiles folder(String name);

  /** The names of the folders in this one, sorted; none where this one is missing. */
  List<String> folders();

  /** Removes this folder, and all that is in it; nothing where it is missing. */
  void deleteFolder();

  /** The folder, if it is one of this machine. */
  default Optional<Path> local() {
    return Optional.empty();
  }

  /**
   * The folder on this machine.
   *
   * @throws IllegalStateException if it is on another file system
   */
  default Path localFolder() {
    return local()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "the folder '%s' is not on this machine; read and write its files by RunFiles"
                        .formatted(location())));
  }

  /** Where the folder is, for messages. */
  String location();
}
