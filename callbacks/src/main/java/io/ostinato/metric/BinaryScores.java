package io.ostinato.metric;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/** The scores of a classifier of two classes, and whether each row is of class 1. */
record BinaryScores(double[] scores, boolean[] positive) {

  /**
   * Of outputs {@code (N)} or {@code (N, 1)}, the higher the likelier class 1; or {@code (N, 2)},
   * where the score is that of class 1 minus that of class 0.
   *
   * @throws IllegalArgumentException if the shape is another, or a target is neither 0 nor 1
   */
  static BinaryScores of(MetricBatch batch) {
    NDArray outputs = batch.get(MetricBatch.OUTPUTS);
    Shape shape = outputs.getShape();
    int columns = shape.dimension() == 1 ? 1 : shape.dimension() == 2 ? (int) shape.get(1) : 0;
    if (columns != 1 && columns != 2) {
      throw new IllegalArgumentException(
          "a metric of two classes needs outputs of the shape (rows), (rows, 1) or (rows, 2);"
              + " given: "
              + shape);
    }
    double[] numbers = MetricBatch.doubles(outputs);
    long[] targets = ClassScores.targets(batch, shape.get(0));
    double[] scores = new double[targets.length];
    boolean[] positive = new boolean[targets.length];
    for (int row = 0; row < targets.length; row++) {
      if (targets[row] != 0 && targets[row] != 1) {
        throw new IllegalArgumentException(
            "the target %s is none of two classes, 0 and 1".formatted(targets[row]));
      }
      scores[row] = columns == 1 ? numbers[row] : numbers[2 * row + 1] - numbers[2 * row];
      positive[row] = targets[row] == 1;
    }
    return new BinaryScores(scores, positive);
  }
}
