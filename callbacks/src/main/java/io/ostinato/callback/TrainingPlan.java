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
 * The parts of a training that callbacks are checked against before it starts.
 *
 * @param data the datasets, as far as they are known
 * @param metricProperties the directions of metrics
 * @param weights the keys of the weights that callbacks offer, see {@link Callback#offersWeights}
 * @param loss the training loss of the run
 */
public record TrainingPlan(
    PlannedData data, MetricProperties metricProperties, Set<String> weights, LossFactory loss) {
  public TrainingPlan {
    weights = Set.copyOf(weights);
  }

  /**
   * The mistake of asking for weights that no callback offers, if this is one.
   *
   * @param key the key of the weights; empty for the trained weights
   * @param subject the callback that asks for them, or a key of it
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
