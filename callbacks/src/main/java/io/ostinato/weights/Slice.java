package io.ostinato.weights;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;

/**
 * Consecutive elements of an array, or all of them.
 *
 * @param array the name of the array
 * @param shape the shape of the whole array
 * @param offsetBytes the position of the slice in the array, in bytes
 * @param content the elements, from position 0 to the capacity; must not be written to
 */
public record Slice(
    String array, DataType dataType, Shape shape, long offsetBytes, ByteBuffer content) {

  public int sizeBytes() {
    return content.capacity();
  }

  /** The elements as a new buffer over the same bytes. */
  @Override
  public ByteBuffer content() {
    return content.duplicate().rewind();
  }

  /** Whether these are all elements of the array. */
  public boolean isWhole() {
    return sizeBytes() == HostArray.sizeBytes(dataType, shape);
  }

  Slice over(ByteBuffer other) {
    return new Slice(array, dataType, shape, offsetBytes, other);
  }
}
