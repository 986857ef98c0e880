package io.ostinato.spark.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** The rows of one column, as many as come. */
final class RowBuffer {
  private static final int FIRST_ROWS = 64;
  private static final int MOST_BYTES = Integer.MAX_VALUE - 8;

  private final Column column;
  private ByteBuffer bytes;

  RowBuffer(Column column) {
    this.column = column;
    this.bytes = ordered(new byte[Math.multiplyExact(FIRST_ROWS, column.rowBytes())]);
  }

  /** The buffer, with room for at least one more row. */
  ByteBuffer room() {
    if (bytes.remaining() < column.rowBytes()) {
      long wanted = Math.min(MOST_BYTES, 2L * bytes.capacity());
      if (wanted - bytes.position() < column.rowBytes()) {
        throw new IllegalArgumentException(
            "column '%s': a batch has more than 2 GiB with rows of %d bytes; choose a smaller"
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
