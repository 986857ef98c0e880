package io.ostinato.evaluation;

import ai.djl.ndarray.NDList;
import io.ostinato.model.EvaluationModel;

/** A processor whose results belong to a batch; see {@link BatchProcessor#ofBatches}. */
record OfBatches(BatchProcessor processor) implements BatchProcessor {

  @Override
  public NDList process(EvaluationBatch batch, EvaluationModel model) throws Exception {
    return processor.process(batch, model);
  }

  @Override
  public boolean isRowWise() {
    return false;
  }

  @Override
  public void close() {
    processor.close();
  }
}
