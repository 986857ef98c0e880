package io.ostinato.evaluation;

import ai.djl.ndarray.NDList;
import io.ostinato.model.EvaluationModel;
import java.io.Serializable;

/** Processes each batch in the process that holds the model. It is serialized to the executors. */
@FunctionalInterface
public interface BatchProcessor extends Serializable {

  /** Returns the results of one batch: named arrays, or unnamed ones by position. */
  NDList process(EvaluationBatch batch, EvaluationModel model) throws Exception;
}
