package io.ostinato.callback;

import ai.djl.ndarray.NDList;
import io.ostinato.evaluation.BatchProcessor;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.model.EvaluationModel;

/** Passes batches to a callback. */
record DataProcessor(PeriodicDataIteratorCallback callback) implements BatchProcessor {

  @Override
  public NDList process(EvaluationBatch batch, EvaluationModel model) throws Exception {
    return callback.processData(batch, model);
  }

  @Override
  public void close() {
    callback.processingEnds();
  }
}
