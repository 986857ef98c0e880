package io.ostinato.jobs.scoring;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.ostinato.evaluation.BatchProcessor;
import io.ostinato.evaluation.ComparedOutputs;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.metric.MetricBatch;
import io.ostinato.model.EvaluationModel;
import io.ostinato.model.ModelOutputs;
import java.util.List;

/** Runs the model on a batch and returns named outputs. */
sealed interface ForwardRows extends BatchProcessor {

  /**
   * Returns the outputs and columns that metrics need, and the labels.
   *
   * @param inputs the inputs and labels
   * @param outputs the outputs that are compared
   * @param written the predictions that are written in a second pass, if any, so that problems with
   *     their columns are reported in the first pass already
   */
  record ToCompare(ModelInputs inputs, ComparedOutputs outputs, List<PredictionColumns> written)
      implements ForwardRows {
    public ToCompare {
      written = List.copyOf(written);
    }

    @Override
    public NDList process(EvaluationBatch batch, EvaluationModel model) {
      ModelOutputs all = inputs.outputs(batch, model);
      NDList compared = new NDList();
      outputs.from(all, batch).forEach((name, array) -> compared.add(named(name, array)));
      written.forEach(predictions -> predictions.outputs(all, batch.rows()));
      compared.add(named(MetricBatch.TARGETS, inputs.columns().targets(batch).get(0)));
      return compared;
    }
  }

  /** Returns the kept columns of the dataset, followed by the outputs. */
  record ToKeep(ModelInputs inputs, PredictionColumns written) implements ForwardRows {
    @Override
    public NDList process(EvaluationBatch batch, EvaluationModel model) {
      ModelOutputs outputs = inputs.outputs(batch, model);
      NDList kept = new NDList();
      written.beside().forEach(name -> kept.add(named(name, batch.get(name))));
      written.outputs(outputs, batch.rows()).forEach((name, array) -> kept.add(named(name, array)));
      return kept;
    }
  }

  private static NDArray named(String name, NDArray array) {
    // A view, so that the column of the batch keeps its own name.
    NDArray view = array.reshape(array.getShape());
    view.setName(name);
    return view;
  }
}
