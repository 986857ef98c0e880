package io.ostinato.weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.IntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Memory for the copies of one snapshot: outside the heap, or, once there is no more, on it.
 * Thread-safe.
 */
final class CopyMemory {
  private static final Logger log = LoggerFactory.getLogger(CopyMemory.class);

  private final IntFunction<ByteBuffer> outside;
  private volatile boolean isExhausted;

  CopyMemory() {
    this(ByteBuffer::allocateDirect);
  }

  /** For memory of its own kind. */
  CopyMemory(IntFunction<ByteBuffer> outside) {
    this.outside = outside;
  }

  /** Takes so many bytes, in the byte order of the machine. */
  ByteBuffer take(int bytes) {
    return allocate(bytes).order(ByteOrder.nativeOrder());
  }

  private ByteBuffer allocate(int bytes) {
    if (!isExhausted) {
      try {
        return outside.apply(bytes);
      } catch (OutOfMemoryError e) { // Java has collected garbage, and waited, before
        isExhausted = true;
        log.debug("the rest of a snapshot is copied to the heap", e);
      }
    }
    return ByteBuffer.allocate(bytes);
  }
}
