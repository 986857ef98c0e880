package io.ostinato.spark.ml;

import io.ostinato.spark.data.ValueColumns;
import io.ostinato.translation.ValueKind;
import java.util.List;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/** The numbers of an array or a vector in a row. */
final class NumbersOf {
  private NumbersOf() {}

  /**
   * How many there are.
   *
   * @throws IllegalArgumentException if the column has no numbers, or is null
   */
  static long length(Row row, int position, String column) {
    ValueColumns columns = ValueColumns.of(List.of(column), row.schema());
    if (!columns.kinds().equals(List.of(ValueKind.NUMBERS))) {
      throw new IllegalArgumentException(
          "the column '%s' is %s, which metrics can't compare; expected a number, an array of numbers,"
                  .formatted(column, row.schema().fields()[position].dataType().simpleString())
              + " a vector, DJL's Classifications, or NPZ");
    }
    @Nullable Object value = columns.valuesOf(row, new int[] {position})[0];
    if (value == null) {
      throw new IllegalArgumentException(
          "the column '%s' is null in the first row; drop or fill such rows first"
              .formatted(column));
    }
    return value instanceof double[] vector ? vector.length : ((List<?>) value).size();
  }
}
