package io.ostinato.metric;

import io.ostinato.describe.OneOf;
import java.io.Serializable;
import java.util.Optional;

/**
 * A measurement over a dataset, as states that are made batch by batch, on any executor, and
 * merged. The metric itself has no state and may be shared between threads; a state belongs to one
 * thread.
 *
 * <p>Neither the order of batches nor that of merging may change a bit of the result, so states
 * hold counts and exact sums.
 *
 * @param <S> the state, which travels by Java serialization
 */
@OneOf(
    value = {ClassMetrics.class, Metrics.class, UserMetrics.class},
    then = OutputOfMetric.class)
public interface Metric<S extends Serializable> extends Serializable {

  /**
   * The same of another output of the model: of the array that {@link MetricBatch#outputsOf} names
   * instead of {@link MetricBatch#OUTPUTS}. It is named {@code accuracy.aux}.
   *
   * @param output its name, as in {@code aux}, or its position counted from 0
   * @throws IllegalArgumentException if that is blank
   */
  default Metric<S> ofOutput(String output) {
    return new OfOutput<>(this, output);
  }

  /** The output of the model that is meant; empty for the one that whoever measures it chooses. */
  default Optional<String> output() {
    return Optional.empty();
  }

  /** As it appears in keys: {@code accuracy}, {@code f1_macro}. */
  String name();

  /**
   * Which values are better, so that early stopping, best checkpoints and summaries can decide by
   * this metric. Empty, the default, if the metric doesn't say: then the words of its key decide,
   * as in {@code val_loss}, and where they tell nothing, the metric can't be decided by until the
   * user declares a direction. {@link Direction#NEUTRAL} says that no value is better.
   */
  default Optional<Direction> direction() {
    return Optional.empty();
  }

  /** The state of no rows. */
  S zero();

  /**
   * The state with one more batch.
   *
   * @param state is changed, and may be what is returned
   * @throws IllegalArgumentException if the batch lacks an array, or its shape or content is wrong
   */
  S update(S state, MetricBatch batch);

  /**
   * The state of both.
   *
   * @param left is changed, and may be what is returned
   * @param right stays as it is
   */
  S merge(S left, S right);

  /** The measurement; NaN where it isn't defined, as for no rows. */
  double result(S state);

  /** Why the result is NaN though there are rows, and what to do about it, where that is known. */
  default Optional<String> undefined(S state) {
    return Optional.empty();
  }

  /** Why the result may not be what is wanted, and what to do about it, where that is known. */
  default Optional<String> warning(S state) {
    return Optional.empty();
  }
}
