package io.ostinato.metric;

import java.io.Serializable;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The mean of a number per row, or per element, and what is made of it in the end.
 *
 * @param better null where nothing is known of the array
 * @param values of one batch
 * @param finish of the mean
 */
record RowMean(String name, @Nullable Direction better, Values values, Finish finish)
    implements Metric<MeanState> {

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

  /** The mean of an array of any meaning. */
  static RowMean of(String name, Values values) {
    return new RowMean(name, null, values, mean -> mean);
  }

  /** The mean of errors, which is better when lower. */
  static RowMean ofErrors(String name, Values values) {
    return ofErrors(name, values, mean -> mean);
  }

  static RowMean ofErrors(String name, Values values, Finish finish) {
    return new RowMean(name, Direction.LOWER_IS_BETTER, values, finish);
  }

  @Override
  public Optional<Direction> direction() {
    return Optional.ofNullable(better);
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
