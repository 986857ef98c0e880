package io.ostinato.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A named array on the host: its elements in row-major order, little-endian, in one or more
 * consecutive segments. Segments are on the heap or outside it, so an array can have more elements
 * than a Java array.
 *
 * <p>Immutable by convention: the bytes must not be written to once the array is created.
 * Serializable and thread-safe.
 */
public final class HostArray implements Serializable {
  private static final long serialVersionUID = 2;
  private static final int MOST_BYTES = Integer.MAX_VALUE - 8;

  private final String name;
  private final DataType dataType;
  private final long[] dimensions;
  private transient List<ByteBuffer> segments;
  private transient @Nullable Long checksum;

  private HostArray(String name, DataType dataType, long[] dimensions, List<ByteBuffer> segments) {
    this.name = Objects.requireNonNull(name, "name");
    this.dataType = dataType;
    this.dimensions = dimensions;
    this.segments = segments;
  }

  /**
   * Creates an array over {@code bytes}, which are not copied.
   *
   * @throws IllegalArgumentException if shape and data type require a different number of bytes
   */
  public static HostArray of(String name, DataType dataType, Shape shape, byte[] bytes) {
    return of(name, dataType, shape, List.of(ByteBuffer.wrap(bytes)));
  }

  /**
   * Creates an array over the remaining bytes of these buffers, which are not copied.
   *
   * @throws IllegalArgumentException if shape and data type require a different number of bytes
   */
  public static HostArray of(
      String name, DataType dataType, Shape shape, List<ByteBuffer> segments) {
    HostArray array =
        new HostArray(
            name,
            dataType,
            shape.getShape().clone(),
            segments.stream().map(ByteBuffer::slice).toList());
    long expected = sizeBytes(dataType, shape);
    if (expected != array.sizeBytes()) {
      throw new IllegalArgumentException(
          "array '%s' of %s %s requires %s bytes, but has %s"
              .formatted(name, dataType, shape, expected, array.sizeBytes()));
    }
    return array;
  }

  /**
   * Copies an array from its device to the heap.
   *
   * @throws IllegalArgumentException if it has 2 GiB or more, more than a Java array can hold
   */
  public static HostArray copyOf(String name, NDArray array) {
    long size = sizeBytes(array.getDataType(), array.getShape());
    if (size > MOST_BYTES) {
      throw new IllegalArgumentException(
          "array '%s' of %s %s has %s bytes; the maximum for one array is %s"
              .formatted(name, array.getDataType(), array.getShape(), size, MOST_BYTES));
    }
    byte[] bytes = new byte[(int) size];
    if (size > 0) {
      ByteBuffer buffer = array.toByteBuffer(true);
      buffer.rewind();
      buffer.get(bytes);
    }
    return of(name, array.getDataType(), array.getShape(), bytes);
  }

  /**
   * The size in bytes of an array of this data type and shape.
   *
   * @throws IllegalArgumentException if a dimension is negative, or the size exceeds a {@code long}
   */
  public static long sizeBytes(DataType dataType, Shape shape) {
    long size = dataType.getNumOfBytes();
    for (long dimension : shape.getShape()) {
      boolean fits = dimension >= 0 && (size == 0 || dimension <= Long.MAX_VALUE / size);
      if (!fits) {
        throw new IllegalArgumentException(
            "an array of %s %s can't exist".formatted(dataType, shape));
      }
      size *= dimension;
    }
    return size;
  }

  /**
   * Copies the array to the manager's device; the manager owns the copy. DJL reports the data type
   * of a bfloat16 array as unknown.
   */
  public NDArray copyTo(NDManager manager) {
    NDArray array = dataType == DataType.BFLOAT16 ? Bfloat16.copy(this, manager) : copied(manager);
    array.setName(name);
    return array;
  }

  private NDArray copied(NDManager manager) {
    NDArray array = manager.create(shape(), dataType);
    if (ArrayMemory.isOnCpu(array) && sizeBytes() <= ArrayMemory.MOST_BYTES) {
      writeTo(ArrayMemory.of(array));
    } else {
      writeTo(array);
    }
    return array;
  }

  /**
   * A range of rows, that is, of elements along the first dimension; shares the bytes.
   *
   * @throws IndexOutOfBoundsException if the array has no such rows
   */
  public HostArray rows(int from, int to) {
    Objects.checkFromToIndex(from, to, dimensions.length == 0 ? 0 : (int) dimensions[0]);
    long[] part = dimensions.clone();
    part[0] = to - from;
    int rowBytes = dimensions[0] == 0 ? 0 : (int) (sizeBytes() / dimensions[0]);
    ByteBuffer some = whole().slice(from * rowBytes, (to - from) * rowBytes);
    return new HostArray(name, dataType, part, List.of(some));
  }

  /**
   * A copy of this bfloat16 array as float32, which represents all its values: its upper half is
   * the bfloat16.
   */
  public HostArray widened() {
    byte[] halves = bytes();
    byte[] wholes = new byte[Math.multiplyExact(2, halves.length)];
    for (int i = 0; i < halves.length; i += 2) {
      wholes[2 * i + 2] = halves[i];
      wholes[2 * i + 3] = halves[i + 1];
    }
    return of(name, DataType.FLOAT32, shape(), wholes);
  }

  /** The same elements under another name; shares the bytes. */
  public HostArray named(String newName) {
    return new HostArray(newName, dataType, dimensions, segments);
  }

  /** The same array with its {@link #checksum}, if that is known already; shares the bytes. */
  public HostArray withChecksum(long known) {
    HostArray array = new HostArray(name, dataType, dimensions, segments);
    array.checksum = known;
    return array;
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

  public long sizeBytes() {
    long size = 0;
    for (ByteBuffer segment : segments) {
      size += segment.capacity();
    }
    return size;
  }

  /** The {@link Checksum} of the elements; computed by the first call. */
  public long checksum() {
    Long known = checksum;
    if (known == null) {
      known = Checksum.of(segments());
      checksum = known;
    }
    return known;
  }

  /**
   * Whether the memory of an array on a CPU still has this {@link #checksum}, read in place; see
   * {@link Checksum#seemsOf}. Always false for arrays that can't be read so: those of bfloat16, and
   * those larger than 1 GiB.
   */
  public static boolean hasChecksum(NDArray array, long checksum) {
    return ArrayMemory.isOnCpu(array)
        && isReadInPlace(array.getDataType(), array.getShape())
        && Checksum.seemsOf(List.of(ArrayMemory.of(array)), checksum);
  }

  /** Whether {@link #hasChecksum} can tell of a copy of this array on a CPU. */
  public boolean isReadInPlace() {
    return isReadInPlace(dataType, shape());
  }

  private static boolean isReadInPlace(DataType type, Shape shape) {
    return type != DataType.UNKNOWN
        && type != DataType.BFLOAT16
        && sizeBytes(type, shape) <= ArrayMemory.MOST_BYTES;
  }

  /** The elements as new buffers over the same bytes, which must not be written to. */
  public List<ByteBuffer> segments() {
    return segments.stream().map(HostArray::readable).toList();
  }

  /** Writes the elements into an array of the same shape and data type, which keeps its memory. */
  public void writeTo(NDArray target) {
    long offset = 0;
    for (ByteBuffer segment : segments()) {
      ArrayMemory.write(target, offset, segment);
      offset += segment.capacity();
    }
  }

  /** Appends the elements to {@code target}. */
  public void writeTo(ByteBuffer target) {
    segments.forEach(segment -> target.put(readable(segment)));
  }

  /** Writes the elements to {@code out}. */
  public void writeTo(OutputStream out) throws IOException {
    for (ByteBuffer segment : segments) {
      Bytes.write(readable(segment), out);
    }
  }

  /**
   * The raw elements. The result may share memory with this array and must not be written to.
   *
   * @throws IllegalArgumentException if there are 2 GiB or more
   */
  public byte[] bytes() {
    if (segments.size() == 1 && segments.get(0).hasArray()) {
      ByteBuffer only = segments.get(0);
      if (only.arrayOffset() == 0 && only.array().length == only.capacity()) {
        return only.array();
      }
    }
    ByteBuffer copy = ByteBuffer.allocate(intSizeBytes());
    writeTo(copy);
    return copy.array();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof HostArray that
        && name.equals(that.name)
        && dataType == that.dataType
        && Arrays.equals(dimensions, that.dimensions)
        && sizeBytes() == that.sizeBytes()
        && Bytes.equal(segments(), that.segments());
  }

  @Override
  public int hashCode() {
    return Objects.hash(name, dataType, Arrays.hashCode(dimensions));
  }

  @Override
  public String toString() {
    return "%s: %s %s".formatted(name, dataType, shape());
  }

  private ByteBuffer whole() {
    return segments.size() == 1 ? segments.get(0) : ByteBuffer.wrap(bytes());
  }

  private int intSizeBytes() {
    long size = sizeBytes();
    if (size > MOST_BYTES) {
      throw new IllegalArgumentException(
          "array '%s' has %s bytes; at most %s fit into one Java array"
              .formatted(this, size, MOST_BYTES));
    }
    return (int) size;
  }

  private static ByteBuffer readable(ByteBuffer segment) {
    return segment.duplicate().order(ByteOrder.nativeOrder()).rewind();
  }

  private void writeObject(ObjectOutputStream out) throws IOException {
    out.defaultWriteObject();
    out.writeInt(segments.size());
    for (ByteBuffer segment : segments) {
      out.writeInt(segment.capacity());
      Bytes.write(readable(segment), out);
    }
  }

  private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
    in.defaultReadObject();
    int count = in.readInt();
    List<ByteBuffer> read = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      byte[] bytes = new byte[in.readInt()];
      in.readFully(bytes);
      read.add(ByteBuffer.wrap(bytes));
    }
    segments = List.copyOf(read);
  }
}
