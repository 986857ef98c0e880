package io.ostinato.jobs.scoring;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.ostinato.callback.BatchColumns;
import io.ostinato.evaluation.BatchProcessor;
import io.ostinato.evaluation.ComparedOutputs;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.metric.MetricBatch;
import io.ostinato.model.EvaluationModel;
import io.ostinato.model.ModelOutputs;
import java.util.List;

/** Runs the model: its outputs, by name. */
sealed interface ForwardRows extends BatchProcessor {

  /**
   * Outputs, and what they are compared with.
   *
   * @param outputs which ones
   * @param written the predictions that follow, if any do: what is wrong with their columns is told
   *     here already
   */
  record ToCompare(BatchColumns columns, ComparedOutputs outputs, List<PredictionColumns> written)
      implements ForwardRows {
    public ToCompare {
      written = List.copyOf(written);
    }

    @Override
    public NDList process(EvaluationBatch batch, EvaluationModel model) {
      ModelOutputs all = model.outputs(columns.inputs(batch));
      NDList compared = new NDList();
      outputs.from(all).forEach((name, array) -> compared.add(named(name, array)));
      written.forEach(predictions -> predictions.outputs(all, batch.rows()));
      compared.add(named(MetricBatch.TARGETS, columns.targets(batch).get(0)));
      return compared;
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
