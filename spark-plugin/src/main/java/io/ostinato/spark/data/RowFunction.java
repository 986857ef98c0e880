package io.ostinato.spark.data;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.io.Serializable;
import org.apache.spark.sql.Row;

/** A user's function from a row to tensors. It is serialized to the executors. */
@FunctionalInterface
public interface RowFunction extends Serializable {

  /**
   * Converts one row to tensors without a batch dimension, each with a unique name. Names, data
   * types and shapes must be the same for every row.
   *
   * @param manager to create the arrays with; closed after the row
   * @return the tensors, at least one
   */
  NDList apply(Row row, NDManager manager) throws Exception;
}
