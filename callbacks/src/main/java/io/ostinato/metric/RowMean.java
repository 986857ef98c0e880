package io.ostinato.metric;

import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The mean of a number per row or element, followed by a final function of the mean.
 *
 * @param better the direction; null if it is unknown
 * @param columns the columns of the dataset that are read
 * @param values adds the numbers of one batch
 * @param finish computes the result from the mean
 */
record RowMean(
    String name, @Nullable Direction better, List<String> columns, Values values, Finish finish)
    implements Metric<MeanState> {

  /** Adds the numbers of one batch, with their weights, to a state. */
  @FunctionalInterface
  interface Values extends Serializable {
    void addTo(MeanState state, MetricBatch batch);
  }

  /** Computes the result from the mean. */
  @FunctionalInterface
  interface Finish extends Serializable {
    double of(double mean);
  }

  /** The mean of an array, without a direction. */
  static RowMean of(String name, Values values) {
    return new RowMean(name, null, List.of(), values, mean -> mean);
  }

  /** A function of the mean of a number of each element, which is better when lower. */
  static RowMean ofErrors(String name, Mask mask, ElementError error, Finish finish) {
    return new RowMean(
        name,
        Direction.LOWER_IS_BETTER,
        mask.columns(),
        (state, batch) -> {
          Pairs pairs = Pairs.of(batch, mask);
          for (int i = 0; i < pairs.size(); i++) {
            state.add(error.of(pairs, i), 1);
          }
        },
        finish);
  }

  /** The number of one element. */
  @FunctionalInterface
  interface ElementError extends Serializable {
    double of(Pairs pairs, int index);
  }

  /** The mean of the relative error of each row, which is better when lower. */
  static RowMean ofRelativeErrors(String name, Mask mask) {
    return new RowMean(
        name,
        Direction.LOWER_IS_BETTER,
        mask.columns(),
        (state, batch) -> {
          Pairs pairs = Pairs.of(batch, mask);
          pairs.forEachRow((from, to) -> state.add(pairs.relativeError(from, to), 1));
        },
        mean -> mean);
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
