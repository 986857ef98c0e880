package io.ostinato.metric;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/**
 * The outputs and targets of a regression, element by element.
 *
 * @param outputs all outputs, in row-major order
 * @param targets all targets, in row-major order
 * @param places the elements that count, ascending
 * @param columns the number of elements of a row
 */
record Pairs(double[] outputs, double[] targets, int[] places, int columns) {

  /**
   * Reads outputs and targets of the same shape.
   *
   * @throws IllegalArgumentException if the shapes differ, or that of the mask doesn't match, or it
   *     is neither 0 nor 1
   */
  static Pairs of(MetricBatch batch, Mask mask) {
    NDArray outputs = batch.get(MetricBatch.OUTPUTS);
    NDArray targets = batch.get(MetricBatch.TARGETS);
    if (!outputs.getShape().equals(targets.getShape())) {
      throw new IllegalArgumentException(
          "a regression metric needs outputs and targets of the same shape; given: %s and %s"
              .formatted(outputs.getShape(), targets.getShape()));
    }
    Shape shape = outputs.getShape().dimension() == 0 ? new Shape(1) : outputs.getShape();
    return new Pairs(
        MetricBatch.doubles(outputs),
        MetricBatch.doubles(targets),
        mask.places(batch, Positions.of(shape)),
        Math.toIntExact(shape.slice(1).size()));
  }

  /** The number of elements that count. */
  int size() {
    return places.length;
  }

  double output(int i) {
    return outputs[places[i]];
  }

  double target(int i) {
    return targets[places[i]];
  }

  /** The place of an element within its row, from 0. */
  int column(int i) {
    return places[i] % columns;
  }

  double error(int i) {
    return output(i) - target(i);
  }

  /** Calls back with the first element of each row that has any, and the first one after it. */
  void forEachRow(Row row) {
    for (int from = 0; from < size(); ) {
      int to = from;
      while (to < size() && places[to] / columns == places[from] / columns) {
        to++;
      }
      row.accept(from, to);
      from = to;
    }
  }

  /** The elements of a row. */
  @FunctionalInterface
  interface Row {
    void accept(int from, int to);
  }

  /**
   * The Euclidean norm of the error of some elements divided by that of their targets; 0 if both
   * are 0.
   */
  double relativeError(int from, int to) {
    double error = 0;
    double target = 0;
    for (int i = from; i < to; i++) {
      error += error(i) * error(i);
      target += target(i) * target(i);
    }
    return error == 0 ? 0 : Math.sqrt(error) / Math.sqrt(target);
  }
}
