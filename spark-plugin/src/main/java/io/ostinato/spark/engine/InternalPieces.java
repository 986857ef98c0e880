package io.ostinato.spark.engine;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.util.io.ChunkedByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a block of Spark, in pieces that are sent one after the other. Spark doesn't free
 * their memory with the block: whoever else refers to it may still read it.
 */
final class InternalPieces extends ChunkedByteBuffer {
  /**
   * A piece on the heap is copied to native memory, as far as it isn't sent yet, each time that the
   * network takes a part of it.
   */
  private static final int MOST_BYTES = 256 << 10;

  /** Smaller pieces are joined, since each of them takes a system call. */
  private static final int LEAST_BYTES = 64 << 10;

  private final @Nullable ByteBuffer whole;

  private InternalPieces(ByteBuffer[] pieces, @Nullable ByteBuffer whole) {
    super(pieces);
    this.whole = whole;
  }

  /** Consecutive bytes, which are copied only where a part is small. */
  static InternalPieces of(List<ByteBuffer> parts) {
    List<ByteBuffer> pieces = new ArrayList<>();
    List<ByteBuffer> small = new ArrayList<>();
    int smallBytes = 0;
    for (ByteBuffer part : parts) {
      boolean isSmall = part.remaining() < LEAST_BYTES;
      if (!isSmall || smallBytes >= LEAST_BYTES) {
        addJoined(small, pieces);
        smallBytes = 0;
      }
      if (isSmall) {
        small.add(part);
        smallBytes += part.remaining();
      } else {
        addSplit(part, pieces);
      }
    }
    addJoined(small, pieces);
    return new InternalPieces(pieces.toArray(ByteBuffer[]::new), null);
  }

  /** The remaining bytes, which aren't copied. */
  static InternalPieces of(ByteBuffer bytes) {
    List<ByteBuffer> pieces = new ArrayList<>();
    addSplit(bytes, pieces);
    return new InternalPieces(pieces.toArray(ByteBuffer[]::new), bytes.slice());
  }

  private static void addJoined(List<ByteBuffer> small, List<ByteBuffer> pieces) {
    addSplit(Parcel.join(small), pieces);
    small.clear();
  }

  private static void addSplit(ByteBuffer bytes, List<ByteBuffer> pieces) {
    for (int from = bytes.position(); from < bytes.limit(); from += MOST_BYTES) {
      pieces.add(bytes.slice(from, Math.min(MOST_BYTES, bytes.limit() - from)));
    }
  }

  @Override
  public ByteBuffer toByteBuffer() {
    return whole == null ? super.toByteBuffer() : whole.duplicate();
  }

  @Override
  public void dispose() {}
}
