package io.ostinato.spark.data;

import ai.djl.ndarray.types.DataType;
import java.io.Serializable;
import java.nio.ByteBuffer;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.Decimal;

/**
 * A column read from Spark's internal rows: numbers as primitives, and arrays of the tensor's data
 * type in bulk.
 *
 * @param position index in the row
 * @param type Spark's type of the column, or of its elements if it is an array
 * @param hasNulls whether elements of an array may be null
 */
record InternalColumn(
    Column column, int position, org.apache.spark.sql.types.DataType type, boolean hasNulls)
    implements Serializable {

  static InternalColumn of(Column column, int position, org.apache.spark.sql.types.DataType type) {
    return type instanceof ArrayType array
        ? new InternalColumn(column, position, array.elementType(), array.containsNull())
        : new InternalColumn(column, position, type, false);
  }

  /** Appends the tensor of one row. */
  void put(InternalRow row, ByteBuffer target, RowPlace place) {
    if (row.isNullAt(position)) {
      throw column.refuseNull(place);
    }
    switch (column.kind()) {
      case NUMBER -> column.putNumber(number(row.get(position, type)), target, place);
      case ARRAY -> putArray(row.getArray(position), target, place);
      case BINARY -> column.putBinary(row.getBinary(position), target, place);
      case VECTOR ->
          MlVector.of(InternalMlFields.of(row, position, MlVector.FIELDS))
              .put(column, target, place);
      case MATRIX ->
          MlMatrix.of(InternalMlFields.of(row, position, MlMatrix.FIELDS))
              .put(column, target, place);
    }
  }

  private void putArray(ArrayData values, ByteBuffer target, RowPlace place) {
    int length = values.numElements();
    column.checkElements(length, place);
    int firstNull = hasNulls ? firstNull(values, length) : length;
    if (firstNull == length && putBulk(values, target)) {
      return;
    }
    for (int i = 0; i < length; i++) {
      if (i == firstNull) {
        throw column.refuseNullElement(i, place);
      }
      column.putNumber(number(values.get(i, type)), target, place);
    }
  }

  private static int firstNull(ArrayData values, int length) {
    int i = 0;
    while (i < length && !values.isNullAt(i)) {
      i++;
    }
    return i;
  }

  /** Copies an array in bulk if none of its elements needs a check; returns whether it did. */
  private boolean putBulk(ArrayData values, ByteBuffer target) {
    DataType wanted = column.dataType();
    int bytes = column.rowBytes();
    switch (type.typeName()) {
      case "float":
        if (wanted == DataType.FLOAT32) {
          target.asFloatBuffer().put(values.toFloatArray());
        } else if (wanted == DataType.FLOAT64) {
          for (float value : values.toFloatArray()) {
            target.putDouble(value);
          }
          return true;
        } else {
          return false;
        }
        break;
      case "double":
        if (wanted == DataType.FLOAT64) {
          target.asDoubleBuffer().put(values.toDoubleArray());
        } else if (wanted == DataType.FLOAT32) {
          for (double value : values.toDoubleArray()) {
            target.putFloat((float) value);
          }
          return true;
        } else {
          return false;
        }
        break;
      case "integer":
        if (wanted != DataType.INT32) {
          return false;
        }
        target.asIntBuffer().put(values.toIntArray());
        break;
      case "long":
        if (wanted != DataType.INT64) {
          return false;
        }
        target.asLongBuffer().put(values.toLongArray());
        break;
      case "byte":
        if (wanted != DataType.INT8) {
          return false;
        }
        target.put(values.toByteArray());
        return true;
      default:
        return false;
    }
    target.position(target.position() + bytes);
    return true;
  }

  /** Converts Spark's decimals to Java's; other numbers have the same classes in both. */
  private static Object number(Object value) {
    return value instanceof Decimal decimal ? decimal.toJavaBigDecimal() : value;
  }
}
