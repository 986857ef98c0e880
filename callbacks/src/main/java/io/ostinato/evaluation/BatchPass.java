package io.ostinato.evaluation;

import io.ostinato.model.LoadedModel;
import io.ostinato.model.SharedForward;
import io.ostinato.torchscript.KeptState;
import io.ostinato.weights.WeightSource;
import java.util.List;

/**
 * Runs batches through a loaded model for one or several evaluations: data is read once for all of
 * them, and the forward runs once for evaluations that call the model with the same columns. Not
 * thread-safe.
 *
 * @param runners the runners of the evaluations, in order
 */
public record BatchPass(List<BatchRunner> runners) {
  public BatchPass {
    runners = List.copyOf(runners);
  }

  /**
   * Runs one batch and closes it. The runners keep the results.
   *
   * @param weights the weights of the model
   * @throws EvaluationException if {@code processData} of one of the evaluations fails; the message
   *     names callback, iteration, partition and rows. Also if several evaluations share the batch
   *     and one of them changes its columns, which would affect the others
   * @throws InterruptedException if this thread is interrupted while it waits for the model
   */
  public void run(StagedBatch staged, LoadedModel model, WeightSource weights)
      throws InterruptedException {
    try (staged) {
      if (runners.size() == 1) {
        BatchRunner only = runners.get(0);
        model.run(weights, face -> only.run(staged.data(), staged.batch(), face));
        return;
      }
      if (model.keeps() == KeptState.NONE) {
        model.run(weights, face -> runTogether(staged, new SharedForward(face)));
      } else {
        for (BatchRunner runner : runners) {
          model.run(weights, face -> runner.run(staged.data(), staged.view(), face));
        }
      }
      checkColumns(staged);
    }
  }

  private void runTogether(StagedBatch staged, SharedForward shared) {
    for (BatchRunner runner : runners) {
      EvaluationBatch view = staged.view();
      shared.know(view.arrays());
      runner.run(staged.data(), view, shared);
    }
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
