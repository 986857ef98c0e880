package io.ostinato.jobs.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.ostinato.callback.BatchColumns;
import io.ostinato.evaluation.BatchProcessor;
import io.ostinato.evaluation.ComparedOutputs;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.EvaluationModel;
import io.ostinato.evaluation.ModelOutputs;
import io.ostinato.evaluation.OutputChoice;
import io.ostinato.metric.MetricBatch;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Runs the model: its outputs, by name. */
sealed interface ForwardRows extends BatchProcessor {
  /** As in {@code 1} or {@code 1.0}. */
  Pattern POSITION = Pattern.compile("\\d+(\\.\\d+)*");

  /**
   * Outputs, and what they are compared with.
   *
   * @param outputs which ones
   */
  record ToCompare(BatchColumns columns, ComparedOutputs outputs) implements ForwardRows {
    @Override
    public NDList process(EvaluationBatch batch, EvaluationModel model) {
      NDList compared = new NDList();
      outputs
          .from(model.outputs(columns.inputs(batch)))
          .forEach((name, array) -> compared.add(named(name, array)));
      compared.add(named(MetricBatch.TARGETS, columns.targets(batch).get(0)));
      return compared;
    }
  }

  /**
   * Outputs behind columns of the dataset: {@code outputs} where there is one; of several each
   * under the name that the model gives it, or else {@code outputs}, {@code outputs_1} and so on.
   *
   * @param beside the columns by name
   * @param output the one that is kept, where one is named; all are else
   */
  record ToKeep(BatchColumns columns, List<String> beside, OutputChoice output)
      implements ForwardRows {
    @Override
    public NDList process(EvaluationBatch batch, EvaluationModel model) {
      ModelOutputs outputs = model.outputs(columns.inputs(batch));
      NDList kept = new NDList();
      beside.forEach(name -> kept.add(named(name, batch.get(name))));
      Map<String, NDArray> all = outputs.byName();
      if (output.isMade() || all.size() == 1) {
        kept.add(named(MetricBatch.OUTPUTS, output.from(outputs)));
      } else {
        all.forEach((name, array) -> kept.add(named(column(name), array)));
      }
      return kept;
    }

    /** The position of an output that has no name becomes a part of one. */
    private static String column(String name) {
      if (!POSITION.matcher(name).matches()) {
        return name.replace('.', '_');
      }
      return MetricBatch.OUTPUTS + (name.equals("0") ? "" : "_" + name.replace('.', '_'));
    }
  }

  private static NDArray named(String name, NDArray array) {
    // A view, since a column of the batch keeps its name.
    NDArray view = array.reshape(array.getShape());
    view.setName(name);
    return view;
  }
}
