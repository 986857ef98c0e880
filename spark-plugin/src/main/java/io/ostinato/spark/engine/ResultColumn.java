package io.ostinato.spark.engine;

import ai.djl.ndarray.types.Shape;
import ai.djl.util.Float16Utils;
import io.ostinato.evaluation.BatchOutput;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.weights.HostArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.MetadataBuilder;
import org.apache.spark.sql.types.StructField;

/**
 * A result as a column: a number, or an array of the numbers of one row in row-major order, with
 * their shape in the column's metadata.
 *
 * @param shape of one row
 */
record ResultColumn(String name, ai.djl.ndarray.types.DataType dataType, Shape shape) {
  static final String ROW = "row";

  /**
   * The columns of a batch's results.
   *
   * @throws EvaluationException if one of them can't be a column, with its name and the reason
   */
  static List<ResultColumn> of(BatchOutput output) {
    List<ResultColumn> columns = new ArrayList<>();
    for (HostArray array : output.arrays()) {
      String name = array.name().isEmpty() ? "_" + columns.size() : array.name();
      if (array.shape().dimension() == 0 || array.shape().get(0) != output.evaluated()) {
        throw new EvaluationException(
            "the result '%s' has shape %s for a batch of %s rows; only results with one element per row"
                    .formatted(name, array.shape(), output.evaluated())
                + " can be written as rows");
      }
      if (name.equalsIgnoreCase(ROW)) {
        throw new EvaluationException(
            "the result name '%s' is reserved for the column with the row's index; choose another name"
                .formatted(name));
      }
      checkFree(name, columns);
      ResultColumn column = new ResultColumn(name, array.dataType(), array.shape().slice(1));
      column.sparkType();
      columns.add(column);
    }
    return columns;
  }

  /** Checks that the name is unique; Spark ignores case in names. */
  private static void checkFree(String name, List<ResultColumn> columns) {
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).name().equalsIgnoreCase(name)) {
        throw new EvaluationException(
            "the results '%s' and '%s', at positions %s and %s, can't both be Parquet columns,"
                    .formatted(columns.get(i).name(), name, i, columns.size())
                + " because column names ignore case; rename one of them");
      }
    }
  }

  StructField field() {
    Metadata metadata = new MetadataBuilder().putLongArray("shape", shape.getShape()).build();
    DataType type = isNumber() ? sparkType() : DataTypes.createArrayType(sparkType(), false);
    return new StructField(name, type, false, metadata);
  }

  /** Returns the value of this column for a row. */
  Object value(HostArray row) {
    ByteBuffer bytes = ByteBuffer.wrap(row.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    Function<ByteBuffer, Object> next = reader();
    if (isNumber()) {
      return next.apply(bytes);
    }
    Object[] numbers = new Object[Math.toIntExact(shape.size())];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = next.apply(bytes);
    }
    return numbers;
  }

  private boolean isNumber() {
    return shape.dimension() == 0;
  }

  private DataType sparkType() {
    return switch (dataType) {
      case FLOAT16, FLOAT32 -> DataTypes.FloatType;
      case FLOAT64 -> DataTypes.DoubleType;
      case INT64 -> DataTypes.LongType;
      case INT32 -> DataTypes.IntegerType;
      case INT8 -> DataTypes.ByteType;
      case UINT8, INT16 -> DataTypes.ShortType;
      case UINT16 -> DataTypes.IntegerType;
      case UINT32 -> DataTypes.LongType;
      case BOOLEAN -> DataTypes.BooleanType;
      default ->
          throw new EvaluationException(
              "the result '%s' has type %s, which can't be a Parquet column; return float32 or int64 from"
                      .formatted(name, dataType)
                  + " the module, for example with outputs.float(), or convert it in processData");
    };
  }

  private Function<ByteBuffer, Object> reader() {
    return switch (dataType) {
      case FLOAT16 -> bytes -> Float16Utils.halfToFloat(bytes.getShort());
      case FLOAT32 -> ByteBuffer::getFloat;
      case FLOAT64 -> ByteBuffer::getDouble;
      case INT64 -> ByteBuffer::getLong;
      case INT32 -> ByteBuffer::getInt;
      case INT8 -> ByteBuffer::get;
      case UINT8 -> bytes -> (short) Byte.toUnsignedInt(bytes.get());
      case INT16 -> ByteBuffer::getShort;
      case UINT16 -> bytes -> Short.toUnsignedInt(bytes.getShort());
      case UINT32 -> bytes -> Integer.toUnsignedLong(bytes.getInt());
      case BOOLEAN -> bytes -> bytes.get() != 0;
      default -> throw new IllegalStateException("no column for " + dataType);
    };
  }
}
