package io.ostinato.jobs.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.ostinato.callback.BatchColumns;
import io.ostinato.evaluation.BatchProcessor;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.EvaluationModel;
import io.ostinato.evaluation.ModelOutputs;
import io.ostinato.evaluation.OutputChoice;
import io.ostinato.metric.MetricBatch;
import java.util.List;

/** Runs the model: its outputs, by name. */
sealed interface ForwardRows extends BatchProcessor {

  /**
   * One output, and what it is compared with.
   *
   * @param output which one
   * @param written the predictions that follow, if any do: what is wrong with their columns is told
   *     here already
   */
  record ToCompare(BatchColumns columns, OutputChoice output, List<PredictionColumns> written)
      implements ForwardRows {
    public ToCompare {
      written = List.copyOf(written);
    }

    @Override
    public NDList process(EvaluationBatch batch, EvaluationModel model) {
      ModelOutputs outputs = model.outputs(columns.inputs(batch));
      NDArray compared = output.from(outputs);
      written.forEach(predictions -> predictions.outputs(outputs, batch.rows()));
      return new NDList(
          named(MetricBatch.OUTPUTS, compared),
          named(MetricBatch.TARGETS, columns.targets(batch).get(0)));
    }
  }

  /** Outputs behind columns of the dataset. */
  record ToKeep(BatchColumns columns, PredictionColumns written) implements ForwardRows {
    @Override
    public NDList process(EvaluationBatch batch, EvaluationModel model) {
      ModelOutputs outputs = model.outputs(columns.inputs(batch));
      NDList kept = new NDList();
      written.beside().forEach(name -> kept.add(named(name, batch.get(name))));
      written.outputs(outputs, batch.rows()).forEach((name, array) -> kept.add(named(name, array)));
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
