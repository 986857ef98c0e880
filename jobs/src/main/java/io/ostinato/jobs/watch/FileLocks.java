package io.ostinato.jobs.watch;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;

/**
 * Locks that the operating system holds for a process, and frees when it ends, however it ends; or
 * when the process closes another channel of that file, so that one process needs one at most.
 */
final class FileLocks {
  private FileLocks() {}

  /** Locks a file until its channel is closed; false if another process or channel has it. */
  static boolean lock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException inThisProcess) {
      return false;
    }
  }
}
