package io.ostinato.jobs.watch;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;

/**
 * File locks of the operating system. It releases them when the process ends, however it ends, and
 * also when the process closes any other channel of the file, so a process must open only one.
 */
final class FileLocks {
  private FileLocks() {}

  /** Locks a file until its channel is closed; false if another process or channel has the lock. */
  static boolean lock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException inThisProcess) {
      return false;
    }
  }
}
