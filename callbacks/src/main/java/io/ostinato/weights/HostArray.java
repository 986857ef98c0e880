package io.ostinato.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;

/**
 * A named array on the host: its elements in row-major order, little-endian.
 *
 * <p>Immutable by agreement: nobody writes to the bytes once the array is made. Owns no native
 * memory, can be serialized, and is safe to share between threads.
 */
public final class HostArray implements Serializable {
  private static final long serialVersionUID = 1;

  private final String name;
  private final DataType dataType;
  private final long[] dimensions;
  private final byte[] bytes;

  private HostArray(String name, DataType dataType, long[] dimensions, byte[] bytes) {
    this.name = name;
    this.dataType = dataType;
    this.dimensions = dimensions;
    this.bytes = bytes;
  }

  /**
   * An array over {@code bytes}, which are not copied.
   *
   * @throws IllegalArgumentException if the shape and the data type ask for another number of bytes
   */
  public static HostArray of(String name, DataType dataType, Shape shape, byte[] bytes) {
    Objects.requireNonNull(name, "name");
    long expected = Math.multiplyExact(shape.size(), (long) dataType.getNumOfBytes());
    if (expected != bytes.length) {
      throw new IllegalArgumentException(
          "array '%s' of %s %s needs %d bytes, but has %d"
              .formatted(name, dataType, shape, expected, bytes.length));
    }
    return new HostArray(name, dataType, shape.getShape().clone(), bytes);
  }

  /**
   * Copies an array from its device.
   *
   * @throws IllegalArgumentException if it has 2 GiB or more, which one Java array can't hold
   */
  public static HostArray copyOf(String name, NDArray array) {
    long size = Math.multiplyExact(array.size(), (long) array.getDataType().getNumOfBytes());
    if (size > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "array '%s' of %s %s has %d bytes; one array may have at most %d"
              .formatted(name, array.getDataType(), array.getShape(), size, Integer.MAX_VALUE - 8));
    }
    byte[] bytes = new byte[(int) size];
    if (size > 0) {
      ByteBuffer buffer = array.toByteBuffer(false);
      buffer.rewind();
      buffer.get(bytes);
    }
    return new HostArray(name, array.getDataType(), array.getShape().getShape().clone(), bytes);
  }

  /** A copy on the manager's device; the manager owns it. */
  public NDArray copyTo(NDManager manager) {
    NDArray array = manager.create(buffer(), shape(), dataType);
    array.setName(name);
    return array;
  }

  /**
   * Some rows, that is elements along the first dimension; a copy.
   *
   * @throws IndexOutOfBoundsException if the array has no such rows
   */
  public HostArray rows(int from, int to) {
    Objects.checkFromToIndex(from, to, dimensions.length == 0 ? 0 : (int) dimensions[0]);
    long[] part = dimensions.clone();
    part[0] = to - from;
    int rowBytes = dimensions[0] == 0 ? 0 : (int) (bytes.length / dimensions[0]);
    return new HostArray(
        name, dataType, part, Arrays.copyOfRange(bytes, from * rowBytes, to * rowBytes));
  }

  /** The same elements under another name; shares the bytes. */
  public HostArray named(String newName) {
    return new HostArray(newName, dataType, dimensions, bytes);
  }

  public String name() {
    return name;
  }

  public DataType dataType() {
    return dataType;
  }

  public Shape shape() {
    return new Shape(dimensions.clone());
  }

  public int sizeBytes() {
    return bytes.length;
  }

  /** A direct copy of the elements, in the order of bytes that native code expects. */
  public ByteBuffer buffer() {
    ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length).order(ByteOrder.nativeOrder());
    return direct.put(bytes).rewind();
  }

  /** Appends the elements to {@code target}. */
  public void writeTo(ByteBuffer target) {
    target.put(bytes);
  }

  /** The raw elements; not a copy, so read only. */
  public byte[] bytes() {
    return bytes;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof HostArray that
        && name.equals(that.name)
        && dataType == that.dataType
        && Arrays.equals(dimensions, that.dimensions)
        && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Objects.hash(name, dataType, Arrays.hashCode(dimensions), Arrays.hashCode(bytes));
  }

  @Override
  public String toString() {
    return "%s: %s %s".formatted(name, dataType, shape());
  }
}
