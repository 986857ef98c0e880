package io.ostinato.pickle;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The elements of a storage that a tensor has: element {@code (i, j, …)} is at {@code offset + i *
 * strides[0] + j * strides[1] + …}. Nothing is valid until {@link #check} has passed.
 *
 * @param type {@link DataType#UNKNOWN} for a type that isn't supported
 * @param offset the position of the first element, in elements
 * @param sizes the shape
 * @param strides the distance between neighbours in each dimension, in elements
 */
public record TensorView(DataType type, long offset, List<Long> sizes, List<Long> strides) {
  /** No library of tensors supports more dimensions. */
  static final int MOST_DIMENSIONS = 64;

  public TensorView {
    sizes = List.copyOf(sizes);
    strides = List.copyOf(strides);
  }

  /** Receives consecutive elements. */
  @FunctionalInterface
  public interface Run {
    /**
     * Takes elements that are next to each other in the storage.
     *
     * @param at the position of the first in the storage, in bytes
     * @param bytes the size of all of them
     */
    void accept(int at, int bytes);
  }

  /**
   * Checks that all elements are in a storage.
   *
   * @param storageBytes the size of the storage
   * @throws IllegalArgumentException if not, or sizes or strides are impossible
   */
  public void check(long storageBytes) {
    boolean possible =
        sizes.size() == strides.size()
            && sizes.size() <= MOST_DIMENSIONS
            && offset >= 0
            && sizes.stream().allMatch(size -> size >= 0)
            && strides.stream().allMatch(stride -> stride >= 0);
    if (!possible) {
      throw new IllegalArgumentException("an impossible tensor: " + this);
    }
    try {
      long end =
          isEmpty() ? 0 : Math.multiplyExact(Math.addExact(last(), 1), (long) type.getNumOfBytes());
      Math.multiplyExact(elements(), (long) type.getNumOfBytes());
      if (end > storageBytes) {
        throw new IllegalArgumentException(
            "a tensor beyond its storage of %s bytes: %s".formatted(storageBytes, this));
      }
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("an impossible tensor: " + this, e);
    }
  }

  public Shape shape() {
    return new Shape(sizes);
  }

  /** The size of the elements, without those between them. */
  public long sizeBytes() {
    return elements() * type.getNumOfBytes();
  }

  /** Copies the elements in row-major order into a buffer with space for them. */
  public void gather(ByteBuffer storage, ByteBuffer target) {
    forEachRun((at, bytes) -> target.put(storage.slice(at, bytes)));
  }

  /** Writes elements in row-major order to their positions. */
  public void scatter(ByteBuffer source, ByteBuffer storage) {
    forEachRun(
        (at, bytes) -> {
          storage.put(at, source, source.position(), bytes);
          source.position(source.position() + bytes);
        });
  }

  /** Calls back for all elements in row-major order. */
  public void forEachRun(Run run) {
    if (isEmpty()) {
      return;
    }
    int inner = sizes.size();
    long length = 1;
    while (inner > 0 && (sizes.get(inner - 1) == 1 || strides.get(inner - 1) == length)) {
      length *= sizes.get(--inner);
    }
    int width = type.getNumOfBytes();
    int bytes = Math.toIntExact(length * width);
    long[] index = new long[inner];
    long at = offset;
    while (true) {
      run.accept(Math.toIntExact(at * width), bytes);
      int dimension = inner - 1;
      while (dimension >= 0 && ++index[dimension] == sizes.get(dimension)) {
        at -= (sizes.get(dimension) - 1) * strides.get(dimension);
        index[dimension--] = 0;
      }
      if (dimension < 0) {
        return;
      }
      at += strides.get(dimension);
    }
  }

  /** Whether the elements are in row-major order, without gaps. */
  public boolean isContiguous() {
    long expected = 1;
    for (int i = sizes.size() - 1; i >= 0; i--) {
      if (sizes.get(i) != 1 && strides.get(i) != expected) {
        return isEmpty();
      }
      expected *= sizes.get(i);
    }
    return true;
  }

  private boolean isEmpty() {
    return sizes.contains(0L);
  }

  private long elements() {
    long elements = isEmpty() ? 0 : 1;
    for (long size : sizes) {
      elements = elements == 0 ? 0 : Math.multiplyExact(elements, size);
    }
    return elements;
  }

  private long last() {
    long last = offset;
    for (int i = 0; i < sizes.size(); i++) {
      last = Math.addExact(last, Math.multiplyExact(sizes.get(i) - 1, strides.get(i)));
    }
    return last;
  }

  @Override
  public String toString() {
    return "%s %s, offset %s, strides %s"
        .formatted(
            type,
            sizes.stream().map(String::valueOf).collect(Collectors.joining(", ", "(", ")")),
            offset,
            strides.stream().map(String::valueOf).collect(Collectors.joining(", ", "(", ")")));
  }
}
