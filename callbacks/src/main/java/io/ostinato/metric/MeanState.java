package io.ostinato.metric;

import java.io.Serializable;

/**
 * A sum of numbers, each times its weight, and the sum of the weights; both exact. Beside them what
 * was seen of the outputs, where it matters.
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

  /** NaN without weight. */
  double mean() {
    return sum.value() / weights.value();
  }
}
