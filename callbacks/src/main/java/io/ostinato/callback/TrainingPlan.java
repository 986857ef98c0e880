package io.ostinato.callback;

import io.ostinato.describe.Mistake;
import io.ostinato.describe.Subject;
import io.ostinato.evaluation.LossFactory;
import io.ostinato.evaluation.PlannedData;
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
    PlannedData data, MetricProperties metricProperties, Set<String> weights, LossFactory loss) {
  public TrainingPlan {
    weights = Set.copyOf(weights);
  }

  /**
   * What is wrong with asking for these weights, if anything is.
   *
   * @param key empty for those trained
   * @param subject the callback that asks, or a key of it
   */
  public Optional<Mistake> mistakeOfWeights(String key, Subject subject) {
    return key.isEmpty() || weights.contains(key)
        ? Optional.empty()
        : Optional.of(
            Mistake.of(
                    subject,
                    "callback '%s' asks for the weights '%s'".formatted(subject.name(), key),
                    "offered: "
                        + (weights.isEmpty() ? "none" : String.join(", ", new TreeSet<>(weights))))
                .dependingOn(Subject.setting("callbacks")));
  }
}
