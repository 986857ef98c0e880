package io.ostinato.weights;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.function.Supplier;

/**
 * An array in a file of weights, whose elements are read only if it is used.
 *
 * @param dataType {@link DataType#UNKNOWN} if the elements can't be read
 * @param content the elements, of this type and shape; throws an {@link IllegalArgumentException}
 *     that says why if they can't be read
 */
public record OfferedArray(
    String name, DataType dataType, Shape shape, Supplier<HostArray> content) {

  /** An array in memory. */
  public static OfferedArray of(HostArray array) {
    return new OfferedArray(array.name(), array.dataType(), array.shape(), () -> array);
  }

  /** Arrays in memory. */
  public static List<OfferedArray> of(List<HostArray> arrays) {
    return arrays.stream().map(OfferedArray::of).toList();
  }

  @Override
  public String toString() {
    return "'%s' (%s %s)".formatted(name, dataType, shape);
  }
}
