package io.ostinato.jobs.watch;

import io.ostinato.storage.StorageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A local folder for copies, initially empty; it is deleted on close. */
final class Staging implements AutoCloseable {
  private static final String LOCK = ".lock";

  private final Path folder;
  private final @Nullable FileChannel lock;

  private Staging(Path folder, @Nullable FileChannel lock) {
    this.folder = folder;
    this.lock = lock;
  }

  /** Uses this folder exclusively; files left in it by a killed process are deleted. */
  static Staging in(Path folder) throws IOException {
    Files.createDirectories(folder);
    empty(folder);
    return new Staging(folder, null);
  }

  /**
   * Creates a locked folder in the directory for temporary files. Folders left by killed processes
   * of the same run are deleted. Those of live processes are kept; several can watch for the same
   * run.
   */
  static Staging temporary(Path temporaryFiles, String run) throws IOException {
    UUID id = UUID.nameUUIDFromBytes(run.getBytes(StandardCharsets.UTF_8));
    String prefix = "ostinato-watch-%s-".formatted(id);
    for (Path left : list(temporaryFiles)) {
      if (left.getFileName().toString().startsWith(prefix)) {
        deleteIfLeft(left);
      }
    }
    while (true) {
      Path folder = Files.createTempDirectory(temporaryFiles, prefix);
      Path file = folder.resolve(LOCK);
      FileChannel lock =
          FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      // Before it was locked, another process may have deleted it as abandoned.
      if (FileLocks.lock(lock) && Files.exists(file)) {
        return new Staging(folder, lock);
      }
      lock.close();
    }
  }

  Path folder() {
    return folder;
  }

  @Override
  public void close() {
    try {
      try {
        delete(folder);
      } finally {
        if (lock != null) {
          lock.close();
        }
      }
    } catch (IOException e) {
      throw new StorageException(
          "can't delete '%s': %s".formatted(folder, StorageException.reasonOf(e)), e);
    }
  }

  private static void deleteIfLeft(Path folder) throws IOException {
    if (!Files.isWritable(folder)) {
      return; // belongs to another user
    }
    try (FileChannel lock = FileChannel.open(folder.resolve(LOCK), StandardOpenOption.WRITE)) {
      if (FileLocks.lock(lock)) {
        delete(folder);
      }
    } catch (NoSuchFileException notLockedYet) {
      return;
    }
  }

  /**
   * Deletes a folder, its lock file last: without it, the rest would not be recognised as
   * abandoned.
   */
  private static void delete(Path folder) throws IOException {
    empty(folder);
    Files.deleteIfExists(folder.resolve(LOCK));
    Files.deleteIfExists(folder);
  }

  private static void empty(Path folder) throws IOException {
    for (Path file : list(folder)) {
      if (!file.endsWith(LOCK)) {
        Files.deleteIfExists(file);
      }
    }
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    } catch (UncheckedIOException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
