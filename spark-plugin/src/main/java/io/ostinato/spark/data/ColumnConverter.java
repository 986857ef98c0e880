package io.ostinato.spark.data;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;

/**
 * Converts the values of a column of a dataset to one or more tensors, on the executors and ahead
 * of the model. Serializable; each task has its own copy.
 */
public interface ColumnConverter extends Serializable {

  /** The tensors of a row, at least one, in the order in which {@link #convert} gets them. */
  List<TensorKind> tensors();

  /**
   * The name of the tensor that is a mask, int64 {@code (length)} with zeros for padding, if
   * batches are to be cut to their longest row: when rows are run together, all tensors of this
   * converter, each {@code (length, ...)}, lose the positions that are padding in all of these
   * rows. By default there is none.
   */
  default Optional<String> mask() {
    return Optional.empty();
  }

  /**
   * Why columns of this type can't be converted, to follow the name of the column: {@code is int;
   * expected string}. Empty if they can.
   */
  Optional<String> mistake(DataType type);

  /**
   * The converter for a column of this type, with what executors need of the session, such as
   * Hadoop's configuration. Called on the driver. Default: this converter.
   */
  default ColumnConverter forColumn(SparkSession session, DataType type) {
    return this;
  }

  /**
   * Appends one row to each of the tensors.
   *
   * @param value the value, never null, as Spark's {@code Row} has it; arrays are a {@code List}
   * @param tensors a little-endian buffer for each tensor, to which {@link TensorKind#rowBytes} are
   *     appended
   * @throws IllegalArgumentException if this value can't be converted; its message follows the name
   *     of the column
   * @throws io.ostinato.evaluation.EvaluationException if no value can be converted; the evaluation
   *     fails, even if bad rows are skipped
   * @throws Exception for any other failure; also counts as a bad row
   */
  void convert(Object value, List<ByteBuffer> tensors) throws Exception;
}
