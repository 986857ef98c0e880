package io.ostinato.spark.ml;

import ai.djl.ndarray.NDManager;
import io.ostinato.spark.data.ValueColumns;
import io.ostinato.translation.InputForm;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * How a row becomes an input of a translator.
 *
 * @param columns the columns of the input
 * @param form what is made of their values; null for translators of rows
 */
record PredictorInput(ValueColumns columns, @Nullable InputForm form) implements Serializable {

  /**
   * Checks that there are inputs of a type.
   *
   * @throws IllegalArgumentException if inputs of this type can't be made of columns; lists the
   *     types
   */
  static void check(Class<?> type) {
    if (type != Row.class) {
      InputForm.of(type);
    }
  }

  /**
   * Creates the inputs of a type.
   *
   * @throws IllegalArgumentException if a column doesn't exist, or the columns don't make such an
   *     input
   */
  static PredictorInput of(Class<?> type, List<String> names, StructType schema) {
    if (type == Row.class) {
      names.forEach(schema::fieldIndex);
      return new PredictorInput(ValueColumns.none(names), null);
    }
    ValueColumns columns = ValueColumns.of(names, schema);
    InputForm form = InputForm.of(type);
    form.mistake(columns.kinds())
        .ifPresent(
            mistake -> {
              throw new IllegalArgumentException(
                  "%s; the columns %s are %s".formatted(mistake, names, columns.kinds()));
            });
    return new PredictorInput(columns, form);
  }

  /**
   * Makes the input of a row.
   *
   * @param positions the positions of the columns in the row
   * @param manager owns the arrays of the input, if it has any
   * @throws IllegalArgumentException if a value is null, or isn't one of such an input
   */
  Object read(Row row, int[] positions, NDManager manager) {
    return form == null ? row : form.read(columns.valuesOf(row, positions), manager);
  }

  /** The positions of the columns in rows like this one. */
  int[] positionsIn(Row row) {
    return form == null ? new int[0] : columns.positionsIn(row.schema());
  }
}
