package io.ostinato.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The local line files that this JVM has open, by their real paths. The locks of the operating
 * system belong to a process: they don't keep a second writer in the same process out, and closing
 * any other channel of a file releases its lock. Thread-safe.
 */
final class OpenLineFiles {
  private static final Map<Path, LocalLineFile> OPEN = new HashMap<>();

  private OpenLineFiles() {}

  /** Opens a line file. */
  @FunctionalInterface
  interface Opening {
    LocalLineFile open() throws IOException;
  }

  /** Tries to lock a file. */
  @FunctionalInterface
  interface Probe {
    boolean isFree() throws IOException;
  }

  /**
   * Opens a file unless this JVM has it open.
   *
   * @throws TakenOverException if it has
   */
  static LocalLineFile open(Path file, Opening opening) throws IOException {
    synchronized (OPEN) {
      Path path = realPath(file);
      if (OPEN.containsKey(path)) {
        throw new TakenOverException(
            "this process is writing '%s' already; end that training or watch first, or give this run another id"
                .formatted(file));
      }
      LocalLineFile opened = opening.open();
      OPEN.put(path, opened);
      return opened;
    }
  }

  /** Whether neither this JVM nor, by a probe that locks the file, another process has it open. */
  static boolean isFree(Path file, Probe probe) throws IOException {
    synchronized (OPEN) {
      return !OPEN.containsKey(realPath(file)) && probe.isFree();
    }
  }

  /** The open file, for reads that must not open another channel. */
  static Optional<LocalLineFile> find(Path file) throws IOException {
    synchronized (OPEN) {
      return OPEN.isEmpty() ? Optional.empty() : Optional.ofNullable(OPEN.get(realPath(file)));
    }
  }

  static void closed(LocalLineFile file) {
    synchronized (OPEN) {
      OPEN.values().removeIf(open -> open == file);
    }
  }

  private static Path realPath(Path file) throws IOException {
    if (Files.exists(file)) {
      return file.toRealPath();
    }
    Path absolute = file.toAbsolutePath();
    Path folder = absolute.getParent();
    return folder != null && Files.exists(folder)
        ? folder.toRealPath().resolve(absolute.getFileName())
        : absolute.normalize();
  }
}
