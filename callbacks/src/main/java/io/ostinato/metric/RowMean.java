package io.ostinato.metric;

import java.io.Serializable;

/**
 * The mean of a number per row, or per element, and what is made of it in the end.
 *
 * @param values of one batch
 * @param finish of the mean
 */
record RowMean(String name, Values values, Finish finish) implements Metric<MeanState> {

  /** The numbers of one batch, with their weights. */
  @FunctionalInterface
  interface Values extends Serializable {
    void addTo(MeanState state, MetricBatch batch);
  }

  /** Makes the result of the mean. */
  @FunctionalInterface
  interface Finish extends Serializable {
    double of(double mean);
  }

  static RowMean of(String name, Values values) {
    return new RowMean(name, values, mean -> mean);
  }

  @Override
  public MeanState zero() {
    return new MeanState();
  }

  @Override
  public MeanState update(MeanState state, MetricBatch batch) {
    values.addTo(state, batch);
    return state;
  }

  @Override
  public MeanState merge(MeanState left, MeanState right) {
    left.add(right);
    return left;
  }

  @Override
  public double result(MeanState state) {
    return finish.of(state.mean());
  }
}
