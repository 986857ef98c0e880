package io.ostinato.spark.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** A growing buffer of the rows of one column. */
final class RowBuffer {
  private static final long FIRST_BYTES = 1 << 20;
  static final int MOST_BYTES = Integer.MAX_VALUE - 8;

  private final Column column;
  private final long most;
  private ByteBuffer bytes;

  /** Creates a buffer for at most {@code mostRows} rows. */
  RowBuffer(Column column, int mostRows) {
    this.column = column;
    long most = Math.min(MOST_BYTES, (long) mostRows * column.rowBytes());
    long first = Math.max(column.rowBytes(), Math.min(most, FIRST_BYTES));
    this.most = most;
    this.bytes = ordered(new byte[Math.toIntExact(first)]);
  }

  /** Returns the buffer, with room for at least one more row. */
  ByteBuffer room() {
    if (bytes.remaining() < column.rowBytes()) {
      long wanted = Math.min(most, 2L * bytes.capacity());
      if (wanted - bytes.position() < column.rowBytes()) {
        throw tooLarge("column '%s'".formatted(column.column()), column.rowBytes());
      }
      int position = bytes.position();
      bytes = ordered(Arrays.copyOf(bytes.array(), (int) wanted)).position(position);
    }
    return bytes;
  }

  /** The exception for a batch that doesn't fit into an array of Java. */
  static IllegalArgumentException tooLarge(String subject, int rowBytes) {
    return new IllegalArgumentException(
        "%s: a batch exceeds 2 GiB with rows of %s bytes; use a smaller batch size"
            .formatted(subject, rowBytes));
  }

  /** Replaces whatever was put in after these rows by a row of zeros; there is room for it. */
  void clearRow(int rowsBefore) {
    bytes.position(rowsBefore * column.rowBytes()).put(new byte[column.rowBytes()]);
  }

  /** Returns the bytes that were put in. */
  byte[] content() {
    return bytes.hasRemaining() ? Arrays.copyOf(bytes.array(), bytes.position()) : bytes.array();
  }

  private static ByteBuffer ordered(byte[] array) {
    return ByteBuffer.wrap(array).order(ByteOrder.LITTLE_ENDIAN);
  }
}
