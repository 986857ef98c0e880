package io.ostinato.weights;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/**
 * Accesses the memory of native arrays as buffers. On a CPU it is read and written in place:
 * nothing is left to the garbage collector, and an array keeps its memory when its elements change.
 * ({@code NDArray.set} instead gives the array new memory and keeps the buffer passed to it.)
 *
 * <p>Buffers are valid only as long as the array is open.
 */
public final class ArrayMemory {
  /**
   * The maximum size of a buffer; larger arrays are split, since a Java buffer holds at most 2 GiB.
   */
  static final int MOST_BYTES = 1 << 30;

  private ArrayMemory() {}

  /**
   * The elements of an array on a CPU in row-major order; a copy if they are laid out differently.
   *
   * @param scope owns the arrays created to access them
   */
  static List<ByteBuffer> buffers(NDArray array, NDManager scope) {
    List<ByteBuffer> buffers = new ArrayList<>();
    long size = HostArray.sizeBytes(array.getDataType(), array.getShape());
    for (long offset = 0; offset < size; offset += MOST_BYTES) {
      NDArray part = part(array, offset, Math.min(MOST_BYTES, size - offset), scope);
      buffers.add(part.toByteBuffer(true));
    }
    return buffers;
  }

  /**
   * SHA-256, hexadecimal, over the data type, the shape and the elements of an array on any device.
   * On a CPU nothing is copied.
   *
   * @throws IllegalStateException if the array is closed
   */
  public static String digest(NDArray array) {
    try (NDManager scope = array.getManager().newSubManager()) {
      MessageDigest digest = Sha256.start();
      String head = array.getDataType() + " " + array.getShape();
      digest.update(head.getBytes(StandardCharsets.UTF_8));
      buffers(onCpu(array, scope), scope).forEach(digest::update);
      return Sha256.hex(digest);
    }
  }

  /** The array itself if it is on a CPU, otherwise a copy on the CPU, owned by the scope. */
  static NDArray onCpu(NDArray array, NDManager scope) {
    if (isOnCpu(array)) {
      return array;
    }
    NDArray copy = array.toDevice(Device.cpu(), true);
    copy.attach(scope);
    return copy;
  }

  /**
   * Writes into an array on any device; the array keeps its memory.
   *
   * @param offsetBytes the position in the array, in bytes
   * @param content whole elements, little-endian; consumed
   */
  public static void write(NDArray target, long offsetBytes, ByteBuffer content) {
    int length = content.remaining();
    if (length == 0) {
      return;
    }
    try (NDManager scope = target.getManager().newSubManager()) {
      if (!isOnCpu(target)) {
        NDArray part = part(target, offsetBytes, length, scope);
        NDArray staged = staged(part, scope);
        of(staged).put(content);
        staged.copyTo(part);
      } else if (isInOrder(target, scope)) {
        part(target, offsetBytes, length, scope).toByteBuffer(true).put(content);
      } else {
        writeOutOfOrder(target, offsetBytes, content, scope);
      }
    }
  }

  /** Writes into an array that is not laid out in row-major order. */
  private static void writeOutOfOrder(
      NDArray target, long offsetBytes, ByteBuffer content, NDManager scope) {
    NDArray staged = staged(target, scope);
    ByteBuffer memory = of(staged);
    memory.put(part(target, 0, memory.capacity(), scope).toByteBuffer(true));
    memory.position(Math.toIntExact(offsetBytes)).put(content);
    staged.copyTo(target);
  }

  private static NDArray staged(NDArray like, NDManager scope) {
    return scope.newSubManager(Device.cpu()).create(like.getShape(), like.getDataType());
  }

  /**
   * Whether a buffer of the array is its own memory: DJL copies an array that is not in row-major
   * order.
   */
  private static boolean isInOrder(NDArray array, NDManager scope) {
    NDArray alias = array.reshape(array.getShape());
    alias.attach(scope);
    ByteBuffer one = alias.toByteBuffer(true);
    byte before = one.get(0);
    one.put(0, (byte) ~before);
    boolean same = alias.toByteBuffer(true).get(0) == (byte) ~before;
    one.put(0, before);
    return same;
  }

  /**
   * The memory of a newly created CPU array, to be filled.
   *
   * @throws IllegalArgumentException if the array is larger than 1 GiB; use {@link #write} then
   */
  static ByteBuffer of(NDArray array) {
    long size = HostArray.sizeBytes(array.getDataType(), array.getShape());
    if (size > MOST_BYTES) {
      throw new IllegalArgumentException(
          "%s %s has %s bytes; at most %s can be accessed at once"
              .formatted(array.getDataType(), array.getShape(), size, MOST_BYTES));
    }
    return size == 0
        ? ByteBuffer.allocate(0)
        : array.toByteBuffer(true).order(ByteOrder.nativeOrder());
  }

  static boolean isOnCpu(NDArray array) {
    return array.getDevice().equals(Device.cpu());
  }

  /** A view of consecutive elements, owned by the scope. */
  private static NDArray part(NDArray array, long offsetBytes, long bytes, NDManager scope) {
    int elementBytes = array.getDataType().getNumOfBytes();
    if (offsetBytes == 0 && bytes == array.size() * elementBytes) {
      NDArray alias = array.reshape(array.getShape());
      alias.attach(scope);
      return alias;
    }
    NDArray flat = array.reshape(array.size());
    flat.attach(scope);
    NDArray part =
        flat.get(
            new NDIndex()
                .addSliceDim(offsetBytes / elementBytes, (offsetBytes + bytes) / elementBytes));
    part.attach(scope);
    return part;
  }
}
