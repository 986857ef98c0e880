package io.ostinato.metric;

import java.io.Serializable;

/**
 * The sum of numbers, each multiplied by its weight, and the sum of the weights, both exact; and
 * the range of the outputs, if their kind is not declared.
 */
public final class MeanState implements Serializable {
  private static final long serialVersionUID = 1;

  private final ExactSum sum = new ExactSum();
  private final ExactSum weights = new ExactSum();
  private final OutputRange range = new OutputRange();

  void add(double value, double weight) {
    sum.addProduct(value, weight);
    weights.add(weight);
  }

  void add(MeanState other) {
    sum.add(other.sum);
    weights.add(other.weights);
    range.add(other.range);
  }

  OutputRange range() {
    return range;
  }

  /** The weighted mean; NaN if the sum of the weights is 0. */
  double mean() {
    return sum.value() / weights.value();
  }
}
