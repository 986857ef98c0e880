package io.ostinato.spark.data;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.spark.sql.Row;

/** A column of a dataset that becomes one or more tensors. */
sealed interface DatasetColumn extends Serializable permits Column, ConvertedColumn, ValuesColumn {

  /** The name of the column in the dataset. */
  String column();

  /** The expression that selects it. */
  default String expression() {
    return quoted(column());
  }

  /** The name of a column of the dataset in an expression. */
  static String quoted(String column) {
    return "`" + column.replace("`", "``") + "`";
  }

  /** The tensors it becomes. */
  List<TensorKind> tensors();

  /**
   * Appends one row to each of the tensors.
   *
   * @throws BadRowException if the value can't be converted
   */
  void put(Row row, int position, List<ByteBuffer> targets, RowPlace place);
}
