package io.ostinato.jobs.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.ostinato.callback.BatchColumns;
import io.ostinato.evaluation.BatchProcessor;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.EvaluationModel;
import io.ostinato.metric.MetricBatch;
import java.util.List;

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

  /**
   * All outputs, {@code outputs}, {@code outputs_1} and so on, behind columns of the dataset.
   *
   * @param beside the columns by name
   */
  record ToKeep(BatchColumns columns, List<String> beside) implements ForwardRows {
    @Override
    public NDList process(EvaluationBatch batch, EvaluationModel model) {
      NDList outputs = model.forward(columns.inputs(batch));
      NDList kept = new NDList(beside.size() + outputs.size());
      beside.forEach(name -> kept.add(named(name, batch.get(name))));
      for (int i = 0; i < outputs.size(); i++) {
        kept.add(named(MetricBatch.OUTPUTS + (i == 0 ? "" : "_" + i), outputs.get(i)));
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
