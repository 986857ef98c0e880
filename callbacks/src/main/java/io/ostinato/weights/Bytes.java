package io.ostinato.weights;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.List;

/** Operations on bytes that are on the heap or outside it, in one buffer or several. */
final class Bytes {
  private static final int COPY_BYTES = 64 << 10;

  private Bytes() {}

  /** Writes the remaining bytes. */
  static void write(ByteBuffer source, OutputStream out) throws IOException {
    if (source.hasArray()) {
      out.write(source.array(), source.arrayOffset() + source.position(), source.remaining());
      return;
    }
    byte[] part = new byte[Math.min(COPY_BYTES, source.remaining())];
    while (source.hasRemaining()) {
      int length = Math.min(part.length, source.remaining());
      source.get(part, 0, length);
      out.write(part, 0, length);
    }
  }

  /** Whether two lists hold the same bytes, however they are split; consumes both. */
  static boolean equal(List<ByteBuffer> left, List<ByteBuffer> right) {
    int l = 0;
    int r = 0;
    while (true) {
      while (l < left.size() && !left.get(l).hasRemaining()) {
        l++;
      }
      while (r < right.size() && !right.get(r).hasRemaining()) {
        r++;
      }
      if (l == left.size() || r == right.size()) {
        return l == left.size() && r == right.size();
      }
      int length = Math.min(left.get(l).remaining(), right.get(r).remaining());
      if (!take(left.get(l), length).equals(take(right.get(r), length))) {
        return false;
      }
    }
  }

  /**
   * Consumes the next bytes of the source, and returns them as a separate buffer over the same
   * memory.
   */
  static ByteBuffer take(ByteBuffer source, int length) {
    ByteBuffer part = source.slice(source.position(), length);
    source.position(source.position() + length);
    return part;
  }
}
