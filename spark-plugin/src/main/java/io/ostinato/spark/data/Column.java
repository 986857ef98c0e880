package io.ostinato.spark.data;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.spark.sql.Row;

/**
 * A column of a dataset that becomes a tensor.
 *
 * @param name name of the tensor
 * @param column name of the column in the dataset
 * @param dataType data type of the tensor
 * @param dimensions shape of one row
 * @param kind how the column holds its numbers
 */
record Column(String name, String column, DataType dataType, long[] dimensions, Kind kind)
    implements DatasetColumn {

  /** How a column holds its numbers. */
  enum Kind {
    NUMBER,
    ARRAY,
    BINARY,
    /** A vector of Spark ML, dense or sparse. */
    VECTOR,
    /** A matrix of Spark ML, dense or sparse. */
    MATRIX
  }

  int elements() {
    return Math.toIntExact(new Shape(dimensions).size());
  }

  int rowBytes() {
    return Math.multiplyExact(elements(), dataType.getNumOfBytes());
  }

  @Override
  public List<TensorKind> tensors() {
    return List.of(TensorKind.of(name, dataType, dimensions));
  }

  @Override
  public void put(Row row, int position, List<ByteBuffer> targets, RowPlace place) {
    put(row, position, targets.get(0), place);
  }

  /** Appends the tensor of one row. */
  void put(Row row, int position, ByteBuffer target, RowPlace place) {
    if (row.isNullAt(position)) {
      throw refuseNull(place);
    }
    switch (kind) {
      case NUMBER -> putNumber(row.get(position), target, place);
      case ARRAY -> putArray(row.getList(position), target, place);
      case BINARY -> putBinary(row.<byte[]>getAs(position), target, place);
      case VECTOR -> MlVector.of(MlFields.of(row, position)).put(this, target, place);
      case MATRIX -> MlMatrix.of(MlFields.of(row, position)).put(this, target, place);
    }
  }

  void putNumber(Object value, ByteBuffer target, RowPlace place) {
    try {
      Numbers.put(value, dataType, target);
    } catch (ArithmeticException e) {
      throw refuse(place, "%s; expected %s".formatted(e.getMessage(), expected()));
    }
  }

  private void putArray(List<?> values, ByteBuffer target, RowPlace place) {
    checkElements(values.size(), place);
    int index = 0;
    for (Object value : values) {
      if (value == null) {
        throw refuseNullElement(index, place);
      }
      putNumber(value, target, place);
      index++;
    }
  }

  void putBinary(byte[] bytes, ByteBuffer target, RowPlace place) {
    if (bytes.length != rowBytes()) {
      throw refuse(
          place,
          "has %s bytes; expected %s for %s".formatted(bytes.length, rowBytes(), expected()));
    }
    target.put(bytes);
  }

  void checkElements(int given, RowPlace place) {
    if (given != elements()) {
      throw refuse(
          place, "has %s elements; expected %s for %s".formatted(given, elements(), expected()));
    }
  }

  void putNumbers(double[] values, ByteBuffer target, RowPlace place) {
    for (double value : values) {
      switch (dataType) {
        case FLOAT32 -> target.putFloat((float) value);
        case FLOAT64 -> target.putDouble(value);
        default -> putNumber(value, target, place);
      }
    }
  }

  BadRowException refuseNull(RowPlace place) {
    return refuse(
        place, "is null; expected %s; drop or fill such rows first".formatted(expected()));
  }

  BadRowException refuseNullElement(int index, RowPlace place) {
    return refuse(place, "element %s is null; expected %s".formatted(index, expected()));
  }

  BadRowException refuse(RowPlace place, String problem) {
    return place.refuse("column '%s'".formatted(column), problem);
  }

  String expected() {
    return dataType + " " + new Shape(dimensions);
  }
}
