package io.ostinato.metric;

import java.util.stream.IntStream;

/**
 * The scores of a classifier of two classes, the higher the likelier class 1, and whether each
 * place is of class 1.
 *
 * @param areDifferences whether a score is that of class 1 minus that of class 0
 */
record BinaryScores(double[] scores, boolean[] positive, boolean areDifferences) {

  /**
   * Of outputs of one column, or of two.
   *
   * @throws IllegalArgumentException if outputs and targets don't fit together, the outputs have
   *     more columns, or a target is neither 0 nor 1
   */
  static BinaryScores of(MetricBatch batch, ClassOutputs outputs) {
    LabelledOutputs labelled = outputs.labelled(batch);
    int columns = labelled.layout().columns();
    if (columns > 2) {
      throw new IllegalArgumentException(
          "a metric of two classes needs outputs of one column or two, as (rows), (rows, 1) or"
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
