package io.ostinato.spark.data;

import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.UserDefinedType;

/** The fields of a Spark ML vector or matrix, by position. */
sealed interface MlFields permits InternalMlFields, MlFields.Public {
  byte getByte(int field);

  int getInt(int field);

  boolean getBoolean(int field);

  int[] ints(int field);

  double[] doubles(int field);

  /**
   * Reads the fields from a public row, which holds an object of the type's class or a row of the
   * fields.
   */
  static MlFields of(Row row, int position) {
    DataType type = row.schema().fields()[position].dataType();
    Object value = row.get(position);
    return type instanceof UserDefinedType<?> named && !(value instanceof Row)
        ? InternalMlFields.of(named, value)
        : new Public((Row) value);
  }

  /** The fields in a public row. */
  record Public(Row row) implements MlFields {
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
      List<Integer> values = row.getList(field);
      return values.stream().mapToInt(Integer::intValue).toArray();
    }

    @Override
    public double[] doubles(int field) {
      List<Double> values = row.getList(field);
      return values.stream().mapToDouble(Double::doubleValue).toArray();
    }
  }
}
