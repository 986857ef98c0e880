package io.ostinato.evaluation;

import io.ostinato.model.LoadedModel;
import io.ostinato.model.SharedForward;
import io.ostinato.torchscript.KeptState;
import io.ostinato.weights.WeightSource;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs rows that are on the device through a loaded model for one or several evaluations: the
 * forward runs once for evaluations that call the model with the same columns. Not thread-safe.
 *
 * @param runners the runners of the evaluations, in order
 */
record BatchPass(List<BatchRunner> runners) {
  BatchPass {
    runners = List.copyOf(runners);
  }

  /**
   * Processes rows, and returns the results of each evaluation; the runners keep nothing yet.
   *
   * @param weights the weights of the model
   * @throws BatchFailure if {@code processData} of one of the evaluations fails
   * @throws EvaluationException if several evaluations share the rows and one of them changes the
   *     columns, which would affect the others
   * @throws InterruptedException if this thread is interrupted while it waits for the model
   */
  List<ProcessedRows> process(StagedBatch staged, LoadedModel model, WeightSource weights)
      throws InterruptedException {
    List<ProcessedRows> results = new ArrayList<>();
    BatchPart part = staged.part();
    if (runners.size() == 1) {
      BatchRunner only = runners.get(0);
      model.run(weights, face -> results.add(only.process(part, staged.batch(), face)));
      return results;
    }
    if (model.keeps() == KeptState.NONE) {
      model.run(weights, face -> results.addAll(processTogether(staged, new SharedForward(face))));
    } else {
      for (BatchRunner runner : runners) {
        model.run(weights, face -> results.add(runner.process(part, staged.view(), face)));
      }
    }
    checkColumns(staged);
    return results;
  }

  private List<ProcessedRows> processTogether(StagedBatch staged, SharedForward shared) {
    List<ProcessedRows> results = new ArrayList<>();
    for (BatchRunner runner : runners) {
      EvaluationBatch view = staged.view();
      shared.know(view.arrays());
      results.add(runner.process(staged.part(), view, shared));
    }
    return results;
  }

  private void checkColumns(StagedBatch staged) {
    List<String> changed = staged.changedColumns();
    if (!changed.isEmpty()) {
      throw new EvaluationException(
          "processData of one of %s, or the model, changes the columns %s of the batch in place, which"
                  .formatted(runners.stream().map(r -> r.tag().callback()).toList(), changed)
              + " affects the others; make it work on a copy");
    }
  }
}
