package io.ostinato.spark.data;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.spark.sql.Row;

/** A column of a dataset that becomes one or more tensors. */
sealed interface DatasetColumn extends Serializable permits Column, ConvertedColumn {

  /** The name of the column in the dataset. */
  String column();

  /** The tensors it becomes. */
  List<TensorKind> tensors();

  /**
   * Appends one row to each of the tensors.
   *
   * @throws BadRowException if the value can't be converted
   */
  void put(Row row, int position, List<ByteBuffer> targets, RowPlace place);
}
