package io.ostinato.jobs.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.ostinato.callback.BatchColumns;
import io.ostinato.evaluation.BatchProcessor;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.EvaluationModel;
import io.ostinato.metric.MetricBatch;

/** Runs the model: its outputs, by name. */
sealed interface ForwardRows extends BatchProcessor {

  /** The first output, and what it is compared with. */
  record ToCompare(BatchColumns columns) implements ForwardRows {
    @Override
    public NDList process(EvaluationBatch batch, EvaluationModel model) {
      NDArray output = model.forward(columns.inputs(batch)).get(0);
      return new NDList(
          named(MetricBatch.OUTPUTS, output),
          named(MetricBatch.TARGETS, columns.targets(batch).get(0)));
    }
  }

  /** All outputs: {@code outputs}, {@code outputs_1} and so on. */
  record ToKeep(BatchColumns columns) implements ForwardRows {
    @Override
    public NDList process(EvaluationBatch batch, EvaluationModel model) {
      NDList outputs = model.forward(columns.inputs(batch));
      NDList kept = new NDList(outputs.size());
      for (NDArray output : outputs) {
        String suffix = kept.isEmpty() ? "" : "_" + kept.size();
        kept.add(named(MetricBatch.OUTPUTS + suffix, output));
      }
      return kept;
    }
  }

  private static NDArray named(String name, NDArray array) {
    // A view, since a column of the batch keeps its name.
    NDArray view = array.reshape(array.getShape());
    view.setName(name);
    return view;
  }
}
