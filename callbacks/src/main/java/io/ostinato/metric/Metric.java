package io.ostinato.metric;

import io.ostinato.describe.OneOf;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;

/**
 * A measurement over a dataset, computed from states that are accumulated batch by batch, on any
 * executor, and merged. The metric itself has no state and can be shared between threads; a state
 * must be used by one thread only.
 *
 * <p>Neither the order of batches nor the order of merging may change a single bit of the result;
 * states should therefore hold counts and exact sums.
 *
 * @param <S> the state, which is sent with Java serialization
 */
@OneOf(
    value = {
      ClassMetrics.class,
      CountedMetrics.class,
      RegressionMetrics.class,
      RetrievalMetrics.class,
      UserMetrics.class
    },
    then = MetricChanges.class)
public interface Metric<S extends Serializable> extends Serializable {

  /**
   * This metric for another output of the model: it reads the array named by {@link
   * MetricBatch#outputsOf} instead of {@link MetricBatch#OUTPUTS}, and is named like {@code
   * accuracy.aux}.
   *
   * @param output the name of the output, such as {@code aux}, or its position counted from 0
   * @throws IllegalArgumentException if the output is blank
   */
  default Metric<S> ofOutput(String output) {
    return new OfOutput<>(this, output);
  }

  /**
   * This metric with another name in metric keys.
   *
   * @throws IllegalArgumentException if the name is blank or contains a slash
   */
  default Metric<S> named(String name) {
    return new Named<>(this, name);
  }

  /**
   * The columns of the dataset that are read, such as a mask; the batch has each of them as {@link
   * MetricBatch#columnOf}. Default: none.
   */
  default List<String> columns() {
    return List.of();
  }

  /**
   * What the state of this metric depends on, if it is large: metrics of one evaluation whose keys
   * are equal share a single state, so their {@link #zero}, {@link #update} and {@link #merge} must
   * do the same. Default: empty, a state of its own.
   */
  default Optional<Object> stateKey() {
    return Optional.empty();
  }

  /** The output of the model to read; empty for the one chosen by the callback or command. */
  default Optional<String> output() {
    return Optional.empty();
  }

  /** The name in metric keys, such as {@code accuracy} or {@code f1_macro}. */
  String name();

  /**
   * Which values are better, for decisions by early stopping, best checkpoints and summaries.
   * Default: empty, which derives the direction from the words of the key, such as {@code
   * val_loss}; if those don't imply one, the metric can't be used for decisions until the user
   * declares a direction. {@link Direction#NEUTRAL} means that no value is better than another.
   */
  default Optional<Direction> direction() {
    return Optional.empty();
  }

  /** Creates the state of no rows. */
  S zero();

  /**
   * Adds a batch to a state.
   *
   * @param state may be modified and returned
   * @throws IllegalArgumentException if the batch lacks an array, or its shape or content is
   *     invalid
   */
  S update(S state, MetricBatch batch);

  /**
   * Merges two states.
   *
   * @param left may be modified and returned
   * @param right must not be modified
   */
  S merge(S left, S right);

  /** The result; NaN if it isn't defined, such as for no rows. */
  double result(S state);

  /** Why the result is NaN although there are rows, and what to do about it, if that is known. */
  default Optional<String> undefined(S state) {
    return Optional.empty();
  }

  /** Why the result may be wrong, and what to do about it, if that is known. */
  default Optional<String> warning(S state) {
    return Optional.empty();
  }
}
