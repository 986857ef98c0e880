package io.ostinato.spark.data;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.Serializable;
import java.util.List;
import java.util.stream.LongStream;

/**
 * The name, data type and shape that a tensor has in every row.
 *
 * @param name name of the tensor in {@code processData}
 * @param dimensions shape of one row, without the batch dimension; empty for a scalar
 */
public record TensorKind(String name, DataType dataType, List<Long> dimensions)
    implements Serializable {
  public TensorKind {
    dimensions = List.copyOf(dimensions);
    RowShape.of(dataType, dimensions.stream().mapToLong(Long::longValue).toArray());
  }

  /**
   * Creates a kind of tensor.
   *
   * @throws IllegalArgumentException if a dimension is less than 1, or a row is too large
   */
  public static TensorKind of(String name, DataType dataType, long... dimensions) {
    return new TensorKind(name, dataType, LongStream.of(dimensions).boxed().toList());
  }

  /** The shape of one row. */
  public Shape shape() {
    return new Shape(dimensions);
  }

  /** The size of one row, in bytes. */
  public int rowBytes() {
    return Math.toIntExact(shape().size() * dataType.getNumOfBytes());
  }
}
