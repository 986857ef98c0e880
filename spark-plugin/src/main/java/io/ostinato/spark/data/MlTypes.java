package io.ostinato.spark.data;

import io.ostinato.spark.data.Column.Kind;
import java.util.Optional;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.types.UserDefinedType;

/**
 * The vectors and matrices of Spark ML, told by the fields that they are kept in: their classes are
 * part of no module of Spark that is needed here. A Parquet file that is read where the classes are
 * missing has these structures instead.
 */
final class MlTypes {
  private static final StructType VECTOR =
      new StructType()
          .add("type", DataTypes.ByteType)
          .add("size", DataTypes.IntegerType)
          .add("indices", DataTypes.createArrayType(DataTypes.IntegerType))
          .add("values", DataTypes.createArrayType(DataTypes.DoubleType));
  private static final StructType MATRIX =
      new StructType()
          .add("type", DataTypes.ByteType)
          .add("numRows", DataTypes.IntegerType)
          .add("numCols", DataTypes.IntegerType)
          .add("colPtrs", DataTypes.createArrayType(DataTypes.IntegerType))
          .add("rowIndices", DataTypes.createArrayType(DataTypes.IntegerType))
          .add("values", DataTypes.createArrayType(DataTypes.DoubleType))
          .add("isTransposed", DataTypes.BooleanType);

  private MlTypes() {}

  /** What a type is of Spark ML, if it is anything of it. */
  static Optional<Kind> kindOf(DataType type) {
    DataType kept = type instanceof UserDefinedType<?> named ? named.sqlType() : type;
    if (!(kept instanceof StructType struct)) {
      return Optional.empty();
    }
    if (isLike(struct, VECTOR)) {
      return Optional.of(Kind.VECTOR);
    }
    return isLike(struct, MATRIX) ? Optional.of(Kind.MATRIX) : Optional.empty();
  }

  /** Whether the fields have these names and types; whether they may be null says nothing. */
  private static boolean isLike(StructType struct, StructType expected) {
    StructField[] fields = struct.fields();
    StructField[] wanted = expected.fields();
    if (fields.length != wanted.length) {
      return false;
    }
    for (int i = 0; i < fields.length; i++) {
      if (!fields[i].name().equals(wanted[i].name())
          || !fields[i].dataType().catalogString().equals(wanted[i].dataType().catalogString())) {
        return false;
      }
    }
    return true;
  }
}
