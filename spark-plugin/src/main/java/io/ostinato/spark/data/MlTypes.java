package io.ostinato.spark.data;

import io.ostinato.spark.data.Column.Kind;
import java.util.Optional;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.types.UserDefinedType;

/**
 * Recognises the vectors and matrices of Spark ML by their fields, because their classes are not in
 * the Spark modules that are required here. If the classes are missing, a Parquet file is read with
 * these structs instead.
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

  /** Returns the kind of a Spark ML type; empty for other types. */
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

  /** Whether the fields have these names and types, ignoring nullability. */
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
