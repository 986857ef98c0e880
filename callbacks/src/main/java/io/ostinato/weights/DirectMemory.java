package io.ostinato.weights;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;

/**
 * Memory outside the heap. That of earlier snapshots is freed after the garbage collector has found
 * that they aren't used any more. Java waits half a second for that, which can be too short on a
 * busy machine.
 */
final class DirectMemory {
  private static final int ATTEMPTS = 5;
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private DirectMemory() {}

  /**
   * Allocates memory; if there is none, tries again for a few seconds.
   *
   * @throws OutOfMemoryError if there is still none
   */
  static ByteBuffer allocate(int bytes) {
    return allocate(bytes, ByteBuffer::allocateDirect, () -> LockSupport.parkNanos(PAUSE_NANOS));
  }

  static ByteBuffer allocate(int bytes, IntFunction<ByteBuffer> allocator, Runnable pause) {
    for (int attempt = 1; ; attempt++) {
      try {
        return allocator.apply(bytes);
      } catch (OutOfMemoryError e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
      }
      pause.run();
    }
  }
}
