package io.ostinato.spark.data;

import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.UserDefinedType;

/** The fields of a Spark ML vector or matrix in Spark's internal representation. */
record InternalMlFields(InternalRow row) implements MlFields {
  static InternalMlFields of(InternalRow row, int position, int fields) {
    return new InternalMlFields(row.getStruct(position, fields));
  }

  /** Converts an object of the type's class. */
  @SuppressWarnings("unchecked") // the value is of a column of this type
  static InternalMlFields of(UserDefinedType<?> type, Object value) {
    return new InternalMlFields((InternalRow) ((UserDefinedType<Object>) type).serialize(value));
  }

  @Override
  public byte getByte(int field) {
    return row.getByte(field);
  }

  @Override
  public int getInt(int field) {
    return row.getInt(field);
  }

  @Override
  public boolean getBoolean(int field) {
    return row.getBoolean(field);
  }

  @Override
  public int[] ints(int field) {
    return row.getArray(field).toIntArray();
  }

  @Override
  public double[] doubles(int field) {
    return row.getArray(field).toDoubleArray();
  }
}
