package io.ostinato.spark.data;

import io.ostinato.evaluation.ValueColumn;
import io.ostinato.weights.HostArray;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.Row;

/** Converts rows to the arrays of a batch. */
sealed interface BatchDecoder extends Serializable permits ColumnsDecoder, FunctionDecoder {

  /**
   * Returns arrays of shape {@code (rows, ...)}. Rows that are skipped have elements of 0; if all
   * are, and the arrays are not known without them, there are none.
   *
   * @param before arrays of an earlier batch of the partition, whose names, data types and shapes
   *     all rows must have, so that the rows that are skipped don't depend on the batch size; empty
   *     if there are none yet
   * @param first the place of the first row
   * @param skips receives the rows that can't be turned into tensors
   */
  List<HostArray> decode(
      List<Row> rows, List<HostArray> before, RowPlace first, PartitionSkips skips);

  /** The tensors that are cut to the longest row of a batch, and the mask of each. */
  default Map<String, String> masks() {
    return Map.of();
  }

  /**
   * Returns the values beside the arrays, which are empty for rows that are skipped.
   *
   * @param skipped the positions of the rows that are skipped
   */
  default List<ValueColumn> values(List<Row> rows, Set<Integer> skipped) {
    return List.of();
  }
}
