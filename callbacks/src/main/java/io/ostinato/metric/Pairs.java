package io.ostinato.metric;

import ai.djl.ndarray.NDArray;

/**
 * The outputs and targets of a regression, element by element.
 *
 * @param rows the number of rows of the batch, which all have the same number of elements
 * @param outputs all outputs, in row-major order
 * @param targets all targets, in row-major order
 */
record Pairs(int rows, double[] outputs, double[] targets) {

  /**
   * Reads outputs and targets of the same shape.
   *
   * @throws IllegalArgumentException if the shapes differ
   */
  static Pairs of(MetricBatch batch) {
    NDArray outputs = batch.get(MetricBatch.OUTPUTS);
    NDArray targets = batch.get(MetricBatch.TARGETS);
    if (!outputs.getShape().equals(targets.getShape())) {
      throw new IllegalArgumentException(
          "a regression metric needs outputs and targets of the same shape; given: %s and %s"
              .formatted(outputs.getShape(), targets.getShape()));
    }
    int rows = outputs.getShape().dimension() == 0 ? 1 : (int) outputs.getShape().get(0);
    return new Pairs(rows, MetricBatch.doubles(outputs), MetricBatch.doubles(targets));
  }

  int size() {
    return outputs.length;
  }

  double error(int i) {
    return outputs[i] - targets[i];
  }

  /** The Euclidean norm of a row's error divided by that of its targets; 0 if both are 0. */
  double relativeError(int row) {
    int length = size() / rows;
    double error = 0;
    double target = 0;
    for (int i = row * length; i < (row + 1) * length; i++) {
      error += error(i) * error(i);
      target += targets[i] * targets[i];
    }
    return error == 0 ? 0 : Math.sqrt(error) / Math.sqrt(target);
  }
}
