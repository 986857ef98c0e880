package io.ostinato.metric;

import java.util.stream.IntStream;

/**
 * The scores of a binary classifier, and whether the target of each position is class 1.
 *
 * @param scores a higher score means that class 1 is more likely
 * @param positive whether the target is class 1
 * @param areDifferences whether a score is that of class 1 minus that of class 0
 */
record BinaryScores(double[] scores, boolean[] positive, boolean areDifferences) {

  /**
   * Reads outputs of one or two columns.
   *
   * @throws IllegalArgumentException if the shapes of outputs and targets don't match, the outputs
   *     have more columns, or a target is neither 0 nor 1
   */
  static BinaryScores of(MetricBatch batch, ClassOutputs outputs) {
    LabelledOutputs labelled = outputs.labelled(batch);
    if (labelled.layout().columns() > 2) {
      throw new IllegalArgumentException(
          "a metric of two classes needs outputs of one or two columns, (rows), (rows, 1) or"
              + " (rows, 2); given: "
              + batch.get(MetricBatch.OUTPUTS).getShape());
    }
    return of(labelled, IntStream.range(0, labelled.size()).toArray());
  }

  /** Reads one label of outputs with several. */
  static BinaryScores ofLabel(LabelledOutputs labelled, int label) {
    return of(
        labelled,
        IntStream.range(0, labelled.size())
            .filter(index -> labelled.label(index) == label)
            .toArray());
  }

  private static BinaryScores of(LabelledOutputs labelled, int[] indices) {
    boolean areDifferences = labelled.layout().columns() == 2;
    double[] scores = new double[indices.length];
    boolean[] positive = new boolean[indices.length];
    for (int i = 0; i < indices.length; i++) {
      int index = indices[i];
      scores[i] =
          areDifferences
              ? labelled.score(index, 1) - labelled.score(index, 0)
              : labelled.score(index, 0);
      positive[i] = labelled.targets()[index] == 1;
    }
    return new BinaryScores(scores, positive, areDifferences);
  }
}
