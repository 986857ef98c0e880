package io.ostinato.callback;

import io.ostinato.evaluation.DataContainer;
import io.ostinato.evaluation.LossFactory;
import io.ostinato.tracking.MetricProperties;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a callback can be checked against before training starts.
 *
 * @param weights the keys of the weights that callbacks offer, see {@link Callback#offersWeights}
 * @param loss the loss that the run trains with
 */
public record TrainingPlan(
    DataContainer data, MetricProperties metricProperties, Set<String> weights, LossFactory loss) {
  public TrainingPlan {
    weights = Set.copyOf(weights);
  }

  /** What is wrong with asking for these weights, if anything is; empty for those trained. */
  public Optional<String> mistakeOfWeights(String key, String callback) {
    return key.isEmpty() || weights.contains(key)
        ? Optional.empty()
        : Optional.of(
            "callback '%s' asks for the weights '%s'; offered: %s"
                .formatted(
                    callback,
                    key,
                    weights.isEmpty() ? "none" : String.join(", ", new TreeSet<>(weights))));
  }
}
