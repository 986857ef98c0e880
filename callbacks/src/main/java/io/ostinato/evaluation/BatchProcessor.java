package io.ostinato.evaluation;

import ai.djl.ndarray.NDList;
import io.ostinato.model.EvaluationModel;
import java.io.Serializable;

/** What is done with each batch, where the model is. It travels to the executors. */
@FunctionalInterface
public interface BatchProcessor extends Serializable {

  /** The results of one batch; named arrays, or unnamed ones by position. */
  NDList process(EvaluationBatch batch, EvaluationModel model) throws Exception;
}
