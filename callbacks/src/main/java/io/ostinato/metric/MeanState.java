package io.ostinato.metric;

import java.io.Serializable;

/** A sum of numbers, each times its weight, and the sum of the weights; both exact. */
public final class MeanState implements Serializable {
  private static final long serialVersionUID = 1;

  private final ExactSum sum = new ExactSum();
  private final ExactSum weights = new ExactSum();

  void add(double value, double weight) {
    sum.addProduct(value, weight);
    weights.add(weight);
  }

  void add(MeanState other) {
    sum.add(other.sum);
    weights.add(other.weights);
  }

  /** NaN without weight. */
  double mean() {
    return sum.value() / weights.value();
  }
}
