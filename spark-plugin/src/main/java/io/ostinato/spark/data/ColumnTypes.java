package io.ostinato.spark.data;

import ai.djl.ndarray.types.Shape;
import io.ostinato.spark.data.Column.Kind;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Checks which columns can become which tensors. */
final class ColumnTypes {
  private ColumnTypes() {}

  /**
   * Returns how a column holds its numbers.
   *
   * @throws IllegalArgumentException if there is no such column, or it doesn't hold numbers
   */
  static Kind kindOf(String column, StructType schema) {
    DataType type = typeOf(column, schema);
    if (isNumber(type)) {
      return Kind.NUMBER;
    }
    if (type instanceof BinaryType) {
      return Kind.BINARY;
    }
    if (type instanceof ArrayType array && isNumber(array.elementType())) {
      return Kind.ARRAY;
    }
    return MlTypes.kindOf(type)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "column '%s' is %s; it must be a number, an array of numbers, a vector or matrix of"
                            .formatted(column, type.simpleString())
                        + " Spark ML, or binary (raw little-endian elements); "
                        + (type instanceof StringType
                            ? "convert text to tokens or classes (docs/text.md), or use a row"
                                + " function"
                            : "convert it, or use a row function")));
  }

  /**
   * Returns the type of a column.
   *
   * @throws IllegalArgumentException if there is no such column
   */
  static DataType typeOf(String column, StructType schema) {
    return Arrays.stream(schema.fields())
        .filter(candidate -> candidate.name().equals(column))
        .findFirst()
        .map(StructField::dataType)
        .orElseThrow(() -> unknown(column, schema));
  }

  /**
   * Checks a column and returns it.
   *
   * @throws IllegalArgumentException if its kind doesn't match its data type or shape
   */
  static Column check(Column column) {
    if (LongStream.of(column.dimensions()).anyMatch(dimension -> dimension < 1)) {
      throw new IllegalArgumentException(
          "column '%s': every dimension of %s must be at least 1"
              .formatted(column.column(), new Shape(column.dimensions())));
    }
    try {
      RowShape.of(column.dataType(), column.dimensions());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "column '%s': %s".formatted(column.column(), e.getMessage()), e);
    }
    if (column.kind() == Kind.NUMBER && column.elements() != 1) {
      throw new IllegalArgumentException(
          "column '%s' holds one number per row, so its shape can't be %s"
              .formatted(column.column(), new Shape(column.dimensions())));
    }
    if (column.kind() != Kind.BINARY && !Numbers.supports(column.dataType())) {
      throw new IllegalArgumentException(
          "column '%s': numbers become %s, not %s; use a binary column for other types"
              .formatted(column.column(), Numbers.SUPPORTED, column.dataType()));
    }
    if (column.dataType() == ai.djl.ndarray.types.DataType.STRING
        || column.dataType().getNumOfBytes() < 1) {
      throw new IllegalArgumentException(
          "column '%s': a tensor of raw elements can't be %s"
              .formatted(column.column(), column.dataType()));
    }
    return column;
  }

  private static boolean isNumber(DataType type) {
    return type instanceof NumericType || type instanceof BooleanType;
  }

  private static IllegalArgumentException unknown(String column, StructType schema) {
    return new IllegalArgumentException(
        "the dataset has no column '%s'; it has: %s"
            .formatted(column, String.join(", ", schema.fieldNames())));
  }
}
