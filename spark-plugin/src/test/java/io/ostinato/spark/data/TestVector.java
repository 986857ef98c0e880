package io.ostinato.spark.data;

import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.expressions.UnsafeArrayData;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.SQLUserDefinedType;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.types.UserDefinedType;
import org.jspecify.annotations.Nullable;

/**
 * A vector that is kept as that of Spark ML is, whose class is in a module that the tests lack.
 *
 * @param indices where the values are; null where they are all of them
 */
@SQLUserDefinedType(udt = TestVector.Udt.class)
public record TestVector(int size, int @Nullable [] indices, double[] values) {

  static TestVector dense(double... values) {
    return new TestVector(values.length, null, values);
  }

  static TestVector sparse(int size, int index, double value) {
    return new TestVector(size, new int[] {index}, new double[] {value});
  }

  /** The type of a column of them. */
  public static final class Udt extends UserDefinedType<TestVector> {
    private static final long serialVersionUID = 1;

    @Override
    public DataType sqlType() {
      return new StructType()
          .add("type", DataTypes.ByteType, false)
          .add("size", DataTypes.IntegerType, true)
          .add("indices", DataTypes.createArrayType(DataTypes.IntegerType, false), true)
          .add("values", DataTypes.createArrayType(DataTypes.DoubleType, false), true);
    }

    @Override
    public Object serialize(TestVector vector) {
      int[] indices = vector.indices();
      return indices == null
          ? row((byte) 1, null, null, UnsafeArrayData.fromPrimitiveArray(vector.values()))
          : row(
              (byte) 0,
              vector.size(),
              UnsafeArrayData.fromPrimitiveArray(indices),
              UnsafeArrayData.fromPrimitiveArray(vector.values()));
    }

    private static InternalRow row(@Nullable Object... fields) {
      return new GenericInternalRow(fields);
    }

    @Override
    public TestVector deserialize(Object datum) {
      InternalRow row = (InternalRow) datum;
      double[] values = row.getArray(3).toDoubleArray();
      return row.getByte(0) == 1
          ? dense(values)
          : new TestVector(row.getInt(1), row.getArray(2).toIntArray(), values);
    }

    @Override
    public Class<TestVector> userClass() {
      return TestVector.class;
    }
  }
}
