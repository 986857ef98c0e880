package io.ostinato.metric;

import java.util.List;
import java.util.function.IntUnaryOperator;
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
    return of(labelled, 1, index -> 0).get(0);
  }

  /** Reads each label of outputs with several. */
  static List<BinaryScores> ofLabels(LabelledOutputs labelled) {
    return of(labelled, labelled.labels(), labelled::label);
  }

  private static List<BinaryScores> of(
      LabelledOutputs labelled, int labels, IntUnaryOperator label) {
    int[] sizes = new int[labels];
    for (int i = 0; i < labelled.size(); i++) {
      sizes[label.applyAsInt(i)]++;
    }
    boolean areDifferences = labelled.layout().columns() == 2;
    List<BinaryScores> all =
        IntStream.of(sizes)
            .mapToObj(n -> new BinaryScores(new double[n], new boolean[n], areDifferences))
            .toList();
    for (int i = labelled.size() - 1; i >= 0; i--) {
      BinaryScores ofLabel = all.get(label.applyAsInt(i));
      int at = --sizes[label.applyAsInt(i)];
      ofLabel.scores[at] =
          areDifferences ? labelled.score(i, 1) - labelled.score(i, 0) : labelled.score(i, 0);
      ofLabel.positive[at] = labelled.targets()[i] == 1;
    }
    return all;
  }
}
