package io.ostinato.weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Memory outside the heap for copies that are short-lived and all of about the same size. It is
 * allocated, and cleared by Java, once, then used again. Thread-safe.
 */
final class PooledMemory {
  private static final int BLOCK_BYTES = WeightSnapshot.SHARD_BYTES;

  /** Enough for elements of any data type. */
  private static final int ALIGNMENT = 16;

  private final Deque<ByteBuffer> free = new ArrayDeque<>();

  /** Starts a series of copies, which live until it is closed. */
  Copies copies() {
    return new Copies();
  }

  private ByteBuffer take() {
    ByteBuffer block = poll();
    return block == null ? ByteBuffer.allocateDirect(BLOCK_BYTES) : block.clear();
  }

  private synchronized @Nullable ByteBuffer poll() {
    return free.poll();
  }

  private synchronized void giveBack(List<ByteBuffer> blocks) {
    free.addAll(blocks);
  }

  /** Copies in consecutive memory. Not thread-safe. */
  final class Copies implements AutoCloseable {
    private final List<ByteBuffer> blocks = new ArrayList<>();

    private Copies() {}

    /** Copies the remaining bytes of these buffers, in one or more segments. */
    List<ByteBuffer> of(List<ByteBuffer> buffers) {
      List<ByteBuffer> segments = new ArrayList<>();
      if (!blocks.isEmpty()) {
        ByteBuffer block = last();
        block.position(
            Math.min(block.limit(), -Math.floorDiv(-block.position(), ALIGNMENT) * ALIGNMENT));
      }
      for (ByteBuffer buffer : buffers) {
        ByteBuffer rest = buffer.duplicate();
        while (rest.hasRemaining()) {
          if (blocks.isEmpty() || !last().hasRemaining()) {
            blocks.add(take());
          }
          segments.add(copy(rest, last()));
        }
      }
      return segments;
    }

    /** Copies as much as fits into the block. */
    private static ByteBuffer copy(ByteBuffer rest, ByteBuffer block) {
      int bytes = Math.min(rest.remaining(), block.remaining());
      ByteBuffer segment = block.slice(block.position(), bytes).order(ByteOrder.nativeOrder());
      block.put(Bytes.take(rest, bytes));
      return segment;
    }

    private ByteBuffer last() {
      return blocks.get(blocks.size() - 1);
    }

    /** Gives the memory back: the copies must not be used any more. */
    @Override
    public void close() {
      giveBack(List.copyOf(blocks));
      blocks.clear();
    }
  }
}
