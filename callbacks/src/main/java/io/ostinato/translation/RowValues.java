package io.ostinato.translation;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The values of a row that stay values instead of becoming tensors, as bytes.
 *
 * <p>A value is null, a {@code String}, a {@code byte[]}, a {@code Boolean}, an {@code Integer}, a
 * {@code Long}, a {@code Float}, a {@code Double}, a {@code double[]}, a {@code List} of values, or
 * an {@code Object[]} with the values of a struct.
 */
public final class RowValues {
  private RowValues() {}

  /**
   * Encodes the values of a row; equal values give equal bytes.
   *
   * @throws IllegalArgumentException if a value has another type
   */
  public static byte[] encode(@Nullable Object... values) {
    return ValueCodec.encode(values);
  }

  /**
   * Decodes the values of a row.
   *
   * @throws IllegalArgumentException if the bytes were not encoded by {@link #encode}
   */
  public static @Nullable Object[] decode(byte[] row) {
    return ValueCodec.decode(ByteBuffer.wrap(row));
  }
}
