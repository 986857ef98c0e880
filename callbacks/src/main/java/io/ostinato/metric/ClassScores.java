package io.ostinato.metric;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/**
 * The outputs of a classifier on the host, and the classes they should have given.
 *
 * @param scores row-major, float64 {@code (rows, classes)}; the higher, the likelier
 * @param targets a class per row, from 0
 */
record ClassScores(int rows, int classes, double[] scores, long[] targets) {

  /**
   * Of {@code outputs (N, classes)} and {@code targets (N)} or {@code (N, 1)}.
   *
   * @throws IllegalArgumentException if the shapes differ from that, or a target is no class
   */
  static ClassScores of(MetricBatch batch) {
    NDArray outputs = batch.get(MetricBatch.OUTPUTS);
    Shape shape = outputs.getShape();
    if (shape.dimension() != 2 || shape.get(1) < 2) {
      throw new IllegalArgumentException(
          "a metric of classes needs outputs of the shape (rows, classes); given: " + shape);
    }
    long[] targets = targets(batch, shape.get(0));
    for (long target : targets) {
      if (target < 0 || target >= shape.get(1)) {
        throw new IllegalArgumentException(
            "the target %s is none of the %s classes of the outputs, 0 to %s"
                .formatted(target, shape.get(1), shape.get(1) - 1));
      }
    }
    return new ClassScores(
        (int) shape.get(0), (int) shape.get(1), MetricBatch.doubles(outputs), targets);
  }

  /** The targets as whole numbers, one for each row. */
  static long[] targets(MetricBatch batch, long rows) {
    NDArray targets = batch.get(MetricBatch.TARGETS);
    Shape shape = targets.getShape();
    boolean flat = shape.dimension() == 1 || (shape.dimension() == 2 && shape.get(1) == 1);
    if (!flat || shape.get(0) != rows) {
      throw new IllegalArgumentException(
          "a metric of classes needs one target for each of %s rows; given: targets of the shape %s"
              .formatted(rows, shape));
    }
    double[] numbers = MetricBatch.doubles(targets);
    long[] classes = new long[numbers.length];
    for (int i = 0; i < classes.length; i++) {
      classes[i] = (long) numbers[i];
      if (classes[i] != numbers[i]) {
        throw new IllegalArgumentException(
            "the target %s is no whole number, so it is no class".formatted(numbers[i]));
      }
    }
    return classes;
  }

  double score(int row, int column) {
    return scores[row * classes + column];
  }

  double targetScore(int row) {
    return score(row, (int) targets[row]);
  }

  /** The class with the highest score, of equals the first; NaN is the highest, as in PyTorch. */
  int predicted(int row) {
    int best = 0;
    for (int column = 1; column < classes; column++) {
      double score = score(row, column);
      double before = score(row, best);
      if (score > before || (Double.isNaN(score) && !Double.isNaN(before))) {
        best = column;
      }
    }
    return best;
  }

  /** How many classes have a higher score than the target, or an equal one and come before it. */
  int rankOfTarget(int row) {
    double target = targetScore(row);
    if (Double.isNaN(target)) {
      return classes;
    }
    int rank = 0;
    for (int column = 0; column < classes; column++) {
      double score = score(row, column);
      if (score > target || Double.isNaN(score) || (score == target && column < targets[row])) {
        rank++;
      }
    }
    return rank;
  }

  /** The logarithm of the softmax of one class, from logits. */
  double logSoftmax(int row, int column) {
    double max = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < classes; c++) {
      max = Math.max(max, score(row, c));
    }
    double sum = 0;
    for (int c = 0; c < classes; c++) {
      sum += Math.exp(score(row, c) - max);
    }
    return score(row, column) - max - Math.log(sum);
  }
}
