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
 * The files of a run in one folder, by name: whole files, line files, and subfolders. Several
 * threads can write different names at the same time.
 *
 * <p>A name consists of letters, digits and {@code . _ - =}, and doesn't begin with a dot. Failures
 * are {@link StorageException}s that name the problem and the file.
 */
public interface RunFiles {

  /** Writes the content of a file. */
  @FunctionalInterface
  interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Writes a file completely or not at all; creates the folder if missing. The content is written
   * under a temporary name, forced to the disk if the file system supports that, and renamed; on
   * some file systems it appears under its own name when it is closed. An existing file is
   * replaced.
   */
  void write(String name, Content content);

  /** Renames a file; an existing file of the new name is replaced atomically. */
  void rename(String from, String to);

  /** Opens a file to read it; the caller closes the stream. */
  InputStream read(String name);

  /** Reads a whole file as UTF-8. */
  default String text(String name) {
    try (InputStream in = read(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new StorageException(
          "can't read '%s' in %s: %s".formatted(name, location(), StorageException.reasonOf(e)), e);
    }
  }

  boolean exists(String name);

  /** The names of all complete files, sorted; empty if the folder is missing. */
  List<String> list();

  /** Removes a file; does nothing if there is none. */
  void delete(String name);

  /**
   * Removes temporary files that killed processes left behind: those last changed before the given
   * time. Choose a time so far back that no process is still writing such a file, or {@link
   * Instant#MAX} if no other process writes to this folder.
   */
  void deleteAbandoned(Instant before);

  /**
   * The same files, for a writer whose name appears in the names of its temporary files, so that
   * {@link #deleteAbandonedBy} finds them.
   *
   * @param writer a name for the processes of which only one can write at a time; letters and
   *     digits
   */
  default RunFiles writtenBy(String writer) {
    return this;
  }

  /**
   * Removes the temporary files of a writer, of any age. No other process may write by this name.
   */
  default void deleteAbandonedBy(String writer) {}

  /**
   * Checks that files can be written here, as far as that can be found out without leaving anything
   * behind. Default: checks nothing.
   *
   * @throws StorageException if not; says why
   */
  default void checkWritable() {}

  long sizeBytes(String name);

  /**
   * Opens a file to append lines to; creates it and the folder if missing. An incomplete last line
   * left by a crash is removed. Only one process at a time can have the file open: a second one is
   * either rejected, or makes the next append of the first one fail.
   *
   * @throws StorageException if it can't be written, or another process is writing it
   */
  LineFile openLines(String name);

  /**
   * Like {@link #openLines}, but never takes the file over from another process.
   *
   * @throws TakenOverException if another process is writing it, or may be writing it
   */
  default LineFile openLinesOfNobody(String name) {
    if (writerOf(name) != LineWriter.NONE) {
      throw TakenOverException.of(location() + "/" + name);
    }
    return openLines(name);
  }

  /**
   * Whether a process has a line file open. Default: unknown if there is such a file.
   *
   * @throws StorageException if the file can't be accessed
   */
  default LineWriter writerOf(String name) {
    return exists(name) || !lines(name).isEmpty() ? LineWriter.UNKNOWN : LineWriter.NONE;
  }

  /** Whether a process is writing a line file. */
  enum LineWriter {
    NONE,
    /** A process has it open, or was killed only a moment ago. */
    SOME,
    /** The file system can't tell. */
    UNKNOWN
  }

  /**
   * Reads the lines of a file that {@link #openLines} appends to, without an incomplete last one.
   * All lines appended before the call are included, even if the file is still open or its writer
   * was killed. Empty if there is no such file. {@link #read} sees all lines only once the file is
   * closed.
   */
  List<String> lines(String name);

  /** The files of a subfolder, which is created when the first file is written. */
  RunFiles folder(String name);

  /** The names of the subfolders, sorted; empty if this folder is missing. */
  List<String> folders();

  /** Removes this folder with all its content; does nothing if it is missing. */
  void deleteFolder();

  /** The folder, if it is on this machine. */
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

  /** The folder's location, for messages. */
  String location();
}
