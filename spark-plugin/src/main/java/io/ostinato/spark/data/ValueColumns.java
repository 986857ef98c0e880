package io.ostinato.spark.data;

import io.ostinato.translation.ValueKind;
import java.io.Serializable;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Columns whose values are read as plain objects, see {@link io.ostinato.translation.RowValues},
 * rather than as tensors.
 */
public final class ValueColumns implements Serializable {
  private static final long serialVersionUID = 1;
  private static final List<String> IMAGE =
      List.of("origin", "height", "width", "nChannels", "mode", "data");

  private final ArrayList<String> names;
  private final ArrayList<ValueKind> kinds;
  private final boolean[] isVector;

  private ValueColumns(List<String> names, List<ValueKind> kinds, boolean[] isVector) {
    this.names = new ArrayList<>(names);
    this.kinds = new ArrayList<>(kinds);
    this.isVector = isVector;
  }

  /**
   * Creates the columns with these names.
   *
   * @throws IllegalArgumentException if one doesn't exist, or has a type whose values can't be read
   */
  public static ValueColumns of(List<String> names, StructType schema) {
    List<ValueKind> kinds = new ArrayList<>();
    boolean[] isVector = new boolean[names.size()];
    for (int i = 0; i < isVector.length; i++) {
      DataType type = ColumnTypes.typeOf(names.get(i), schema);
      isVector[i] = isVector(type);
      kinds.add(kindOf(names.get(i), type));
    }
    return new ValueColumns(names, kinds, isVector);
  }

  /** Columns whose values are not read. */
  public static ValueColumns none(List<String> names) {
    return new ValueColumns(names, List.of(), new boolean[0]);
  }

  /** The names of the columns. */
  public List<String> names() {
    return List.copyOf(names);
  }

  /** What the columns have. */
  public List<ValueKind> kinds() {
    return List.copyOf(kinds);
  }

  /**
   * The positions of the columns in rows of a schema.
   *
   * @throws IllegalArgumentException if a column is missing
   */
  public int[] positionsIn(StructType schema) {
    return names.stream().mapToInt(schema::fieldIndex).toArray();
  }

  /**
   * The values of a row.
   *
   * @param positions the positions of the columns in the row
   */
  public @Nullable Object[] valuesOf(Row row, int[] positions) {
    @Nullable Object[] values = new Object[positions.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = row.isNullAt(positions[i]) ? null : valueOf(row, positions[i], isVector[i]);
    }
    return values;
  }

  private static @Nullable Object valueOf(Row row, int position, boolean isVector) {
    if (isVector) {
      return MlVector.of(MlFields.of(row, position)).elements();
    }
    return row.schema().fields()[position].dataType() instanceof ArrayType
        ? list(row.getList(position))
        : plain(row.get(position));
  }

  private static List<@Nullable Object> list(List<?> values) {
    List<@Nullable Object> list = new ArrayList<>(values.size());
    values.forEach(value -> list.add(plain(value)));
    return list;
  }

  private static @Nullable Object plain(@Nullable Object value) {
    if (value instanceof Short || value instanceof Byte) {
      return ((Number) value).intValue();
    } else if (value instanceof BigDecimal decimal) {
      return decimal.doubleValue();
    } else if (value instanceof Row struct) {
      @Nullable Object[] fields = new Object[struct.size()];
      for (int i = 0; i < fields.length; i++) {
        fields[i] = struct.isNullAt(i) ? null : valueOf(struct, i, false);
      }
      return fields;
    }
    return value;
  }

  private static boolean isVector(DataType type) {
    return MlTypes.kindOf(type).filter(Column.Kind.VECTOR::equals).isPresent();
  }

  private static ValueKind kindOf(String column, DataType type) {
    ValueKind kind = kindOf(type);
    if (kind == ValueKind.OTHER) {
      throw new IllegalArgumentException(
          "column '%s' is %s; it must be a string, binary, a number, a boolean, an array of numbers"
                  .formatted(column, type.simpleString())
              + " or strings, a vector of Spark ML, or an image of Spark's source of images");
    }
    return kind;
  }

  private static ValueKind kindOf(DataType type) {
    if (type instanceof StringType) {
      return ValueKind.TEXT;
    } else if (type instanceof BinaryType) {
      return ValueKind.BYTES;
    } else if (type instanceof BooleanType) {
      return ValueKind.BOOLEAN;
    } else if (type instanceof NumericType) {
      return ValueKind.NUMBER;
    } else if (type instanceof ArrayType array) {
      ValueKind element = kindOf(array.elementType());
      return element == ValueKind.NUMBER
          ? ValueKind.NUMBERS
          : element == ValueKind.TEXT ? ValueKind.TEXTS : ValueKind.OTHER;
    } else if (isVector(type)) {
      return ValueKind.NUMBERS;
    }
    return type instanceof StructType struct && Arrays.asList(struct.fieldNames()).equals(IMAGE)
        ? ValueKind.IMAGE
        : ValueKind.OTHER;
  }
}
