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

  private final @Nullable ByteBuffer whole;

  private InternalPieces(List<ByteBuffer> pieces, @Nullable ByteBuffer whole) {
    super(pieces.toArray(ByteBuffer[]::new));
    this.whole = whole;
  }

  /**
   * The remaining bytes of consecutive parts, which aren't copied.
   *
   * @return of Spark's type, so that this class isn't loaded where Spark's class is incompatible
   */
  static ChunkedByteBuffer of(List<ByteBuffer> parts) {
    List<ByteBuffer> pieces = new ArrayList<>();
    for (ByteBuffer part : parts) {
      for (int from = part.position(); from < part.limit(); from += MOST_BYTES) {
        pieces.add(part.slice(from, Math.min(MOST_BYTES, part.limit() - from)));
      }
    }
    return new InternalPieces(pieces, parts.size() == 1 ? parts.get(0).slice() : null);
  }

  @Override
  public ByteBuffer toByteBuffer() {
    return whole == null ? super.toByteBuffer() : whole.duplicate();
  }

  @Override
  public void dispose() {}
}
