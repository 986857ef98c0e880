package io.ostinato.evaluation;

import java.util.List;

/**
 * Runs blocks through a loaded model for one or several evaluations: one read for all of them, and
 * one forward where they call the model with the same columns. For one thread.
 *
 * @param runners of the evaluations, in their order
 */
public record BatchPass(List<BatchRunner> runners) {
  public BatchPass {
    runners = List.copyOf(runners);
  }

  /**
   * Runs one block, and closes it. The results are with the runners.
   *
   * @throws EvaluationException if {@code processData} of one of them fails; names callback,
   *     iteration, partition and rows. Also if several evaluations share the block and one of them
   *     changes its columns, which the others would see
   */
  public void run(StagedBlock staged, EvaluationModel model) {
    try (staged) {
      if (runners.size() == 1) {
        runners.get(0).run(staged.block(), staged.batch(), model);
        return;
      }
      SharedForward shared = new SharedForward(model);
      for (BatchRunner runner : runners) {
        runner.run(staged.block(), shared.over(staged.view()), shared);
      }
      List<String> changed = staged.changedColumns();
      if (!changed.isEmpty()) {
        throw new EvaluationException(
            "processData of one of %s changes the columns %s of its batch in place, which the"
                    .formatted(runners.stream().map(r -> r.tag().callback()).toList(), changed)
                + " others would see; let it work on a copy");
      }
    }
  }
}
