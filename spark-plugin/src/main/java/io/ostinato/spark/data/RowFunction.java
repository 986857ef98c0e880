package io.ostinato.spark.data;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.io.Serializable;
import org.apache.spark.sql.Row;

/** A user's own way from a row to tensors. It travels to the executors. */
@FunctionalInterface
public interface RowFunction extends Serializable {

  /**
   * The tensors of one row, without a batch dimension, each with a name of its own. Names, data
   * types and shapes must be the same for every row.
   *
   * @param manager owns the arrays
   */
  NDList apply(Row row, NDManager manager) throws Exception;
}
