package io.ostinato.jobs.scoring;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.ostinato.callback.BatchColumns;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.model.EvaluationModel;
import io.ostinato.model.ModelOutputs;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How a model gets its inputs from a batch.
 *
 * @param columns the columns that are inputs and labels
 * @param names the names by which the model gets its inputs, in the order of the columns; empty to
 *     pass them by position
 */
record ModelInputs(BatchColumns columns, List<String> names) implements Serializable {
  ModelInputs {
    names = List.copyOf(names);
  }

  /** Runs the model. */
  ModelOutputs outputs(EvaluationBatch batch, EvaluationModel model) {
    NDList inputs = columns.inputs(batch);
    if (names.isEmpty()) {
      return model.outputs(inputs);
    }
    Map<String, NDArray> named = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      named.put(names.get(i), inputs.get(i));
    }
    return model.outputs(named);
  }
}
