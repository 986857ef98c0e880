package io.ostinato.spark.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** The rows of one column, as many as come. */
final class RowBuffer {
  private static final long FIRST_BYTES = 1 << 20;
  private static final int MOST_BYTES = Integer.MAX_VALUE - 8;

  private final Column column;
  private final long most;
  private ByteBuffer bytes;

  /** A buffer for at most this many rows. */
  RowBuffer(Column column, int mostRows) {
    this.column = column;
    long most = Math.min(MOST_BYTES, (long) mostRows * column.rowBytes());
    long first = Math.max(column.rowBytes(), Math.min(most, FIRST_BYTES));
    this.most = most;
    this.bytes = ordered(new byte[Math.toIntExact(first)]);
  }

  /** The buffer, with room for at least one more row. */
  ByteBuffer room() {
    if (bytes.remaining() < column.rowBytes()) {
      long wanted = Math.min(most, 2L * bytes.capacity());
      if (wanted - bytes.position() < column.rowBytes()) {
        throw new IllegalArgumentException(
            "column '%s': a batch has more than 2 GiB with rows of %s bytes; choose a smaller"
                    .formatted(column.column(), column.rowBytes())
                + " batch size");
      }
      int position = bytes.position();
      bytes = ordered(Arrays.copyOf(bytes.array(), (int) wanted)).position(position);
    }
    return bytes;
  }

  /** What was put in. */
  byte[] content() {
    return bytes.hasRemaining() ? Arrays.copyOf(bytes.array(), bytes.position()) : bytes.array();
  }

  private static ByteBuffer ordered(byte[] array) {
    return ByteBuffer.wrap(array).order(ByteOrder.LITTLE_ENDIAN);
  }
}
