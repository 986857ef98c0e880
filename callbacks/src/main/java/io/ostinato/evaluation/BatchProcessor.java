package io.ostinato.evaluation;

import ai.djl.ndarray.NDList;
import io.ostinato.model.EvaluationModel;
import java.io.Serializable;

/** Processes each batch in the process that holds the model. It is serialized to the executors. */
@FunctionalInterface
public interface BatchProcessor extends Serializable {

  /** Returns the results of one batch: named arrays, or unnamed ones by position. */
  NDList process(EvaluationBatch batch, EvaluationModel model) throws Exception;

  /**
   * Whether each array of the results has one element per row along its first dimension, or is a
   * scalar. Default: true, which makes any other array an error. If false, arrays can have any
   * number of elements, such as the sums of a batch or only the rows of interest, and batches are
   * never divided.
   */
  default boolean isRowWise() {
    return true;
  }

  /**
   * Frees what the processor holds in this process, once the batches of a task are processed, or
   * those for which an idle slot has helped with a copy of its own. It can be used again
   * afterwards. By default it holds nothing.
   */
  default void close() {}

  /** A processor whose results belong to a batch rather than to its rows. */
  static BatchProcessor ofBatches(BatchProcessor processor) {
    return new OfBatches(processor);
  }
}
