package io.ostinato.spark.data;

import io.ostinato.weights.HostArray;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.sql.Row;

/** The way from rows to the arrays of a batch. */
sealed interface BatchDecoder extends Serializable permits ColumnsDecoder, FunctionDecoder {

  /**
   * Arrays {@code (rows, ...)}.
   *
   * @param first where the first of the rows is
   */
  List<HostArray> decode(List<Row> rows, RowPlace first);
}
