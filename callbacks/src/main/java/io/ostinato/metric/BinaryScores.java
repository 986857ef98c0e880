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
    int columns = labelled.layout().columns();
    if (columns > 2) {
      throw new IllegalArgumentException(
          "a metric of two classes needs outputs of one or two columns, (rows), (rows, 1) or"
              + " (rows, 2); given: "
              + batch.get(MetricBatch.OUTPUTS).getShape());
    }
    boolean[] positive = new boolean[labelled.size()];
    for (int i = 0; i < positive.length; i++) {
      positive[i] = labelled.targets()[i] == 1;
    }
    return new BinaryScores(
        IntStream.range(0, positive.length)
            .mapToDouble(
                i ->
                    columns == 1
                        ? labelled.score(i, 0)
                        : labelled.score(i, 1) - labelled.score(i, 0))
            .toArray(),
        positive,
        columns == 2);
  }
}
