package io.ostinato.weights;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/**
 * A part of the elements of a snapshot, addressed by the hash of its content.
 *
 * @param hash SHA-256, hexadecimal, over names, data types, shapes, offsets and elements
 */
public record Shard(String hash, List<Slice> slices) {
  public Shard {
    slices = List.copyOf(slices);
  }

  /** Creates the shard of these slices and computes its hash. */
  public static Shard of(List<Slice> slices) {
    MessageDigest digest = Sha256.start();
    for (Slice slice : slices) {
      byte[] head = head(slice);
      digest.update(ByteBuffer.allocate(4).putInt(head.length).array());
      digest.update(head);
      digest.update(slice.content());
    }
    return new Shard(Sha256.hex(digest), slices);
  }

  public long sizeBytes() {
    return slices.stream().mapToLong(Slice::sizeBytes).sum();
  }

  /**
   * The shard as consecutive bytes: the number of slices, then the header and the elements of each,
   * both preceded by their length. Shares the bytes of the elements.
   */
  public List<ByteBuffer> encoded() {
    List<ByteBuffer> parts = new ArrayList<>();
    parts.add(ByteBuffer.allocate(Integer.BYTES).putInt(slices.size()).flip());
    for (Slice slice : slices) {
      byte[] head = head(slice);
      parts.add(
          ByteBuffer.allocate(2 * Integer.BYTES + head.length)
              .putInt(head.length)
              .put(head)
              .putInt(slice.sizeBytes())
              .flip());
      parts.add(slice.content());
    }
    return parts;
  }

  /**
   * Reads the bytes of {@link #encoded}; shares them.
   *
   * @param hash the hash of the shard that was encoded
   * @throws IllegalArgumentException if the bytes are not those of a shard
   */
  public static Shard decode(String hash, ByteBuffer bytes) {
    List<Slice> slices = new ArrayList<>();
    ByteBuffer buffer = bytes.slice();
    try {
      int count = buffer.getInt();
      while (slices.size() < count || buffer.hasRemaining()) {
        ByteBuffer head = Bytes.take(buffer, buffer.getInt());
        slices.add(slice(head, Bytes.take(buffer, buffer.getInt())));
      }
    } catch (BufferUnderflowException
        | IndexOutOfBoundsException
        | NegativeArraySizeException
        | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "%s bytes are not a valid encoding of shard %s".formatted(bytes.remaining(), hash), e);
    }
    return new Shard(hash, slices);
  }

  /** Offset, data type, shape and name; the name comes last, since it can contain any character. */
  private static byte[] head(Slice slice) {
    StringBuilder dimensions = new StringBuilder();
    for (long dimension : slice.shape().getShape()) {
      dimensions.append(dimension).append(',');
    }
    return "%s %s %s %s"
        .formatted(slice.offsetBytes(), slice.dataType().name(), dimensions, slice.array())
        .getBytes(StandardCharsets.UTF_8);
  }

  private static Slice slice(ByteBuffer head, ByteBuffer content) {
    String[] parts = StandardCharsets.UTF_8.decode(head).toString().split(" ", 4);
    long[] dimensions =
        parts[2].isEmpty()
            ? new long[0]
            : List.of(parts[2].split(",")).stream().mapToLong(Long::parseLong).toArray();
    return new Slice(
        parts[3],
        DataType.valueOf(parts[1]),
        new Shape(dimensions),
        Long.parseLong(parts[0]),
        content);
  }
}
