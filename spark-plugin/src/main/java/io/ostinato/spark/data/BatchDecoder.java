package io.ostinato.spark.data;

import io.ostinato.weights.HostArray;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.sql.Row;

/** Converts rows to the arrays of a batch. */
sealed interface BatchDecoder extends Serializable permits ColumnsDecoder, FunctionDecoder {

  /**
   * Returns arrays of shape {@code (rows, ...)}.
   *
   * @param first the place of the first row
   */
  List<HostArray> decode(List<Row> rows, RowPlace first);
}
