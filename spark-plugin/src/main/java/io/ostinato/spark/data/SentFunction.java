package io.ostinato.spark.data;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.ostinato.evaluation.SerializedBytes;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/**
 * A row function that is sent to the executors as bytes, so that a class which they lack is named.
 * Spark's own deserialization of a lambda doesn't name it.
 */
final class SentFunction implements RowFunction {
  private static final long serialVersionUID = 1;

  private final byte[] bytes;
  private transient @Nullable RowFunction function;

  SentFunction(RowFunction function) {
    this.bytes = SerializedBytes.of(function);
  }

  /**
   * {@inheritDoc}
   *
   * @throws io.ostinato.evaluation.MissingClassException if a class of the function is missing in
   *     this process
   */
  @Override
  public NDList apply(Row row, NDManager manager) throws Exception {
    RowFunction read = function;
    if (read == null) {
      read = SerializedBytes.read(bytes, RowFunction.class);
      function = read;
    }
    return read.apply(row, manager);
  }
}
