package io.ostinato.training;

import io.ostinato.callback.Callback;
import io.ostinato.callback.PeriodicCallback;
import io.ostinato.callback.PeriodicDataIteratorCallback;
import io.ostinato.callback.TrainingPlan;
import io.ostinato.describe.Mistake;
import io.ostinato.describe.Subject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Checks the metric keys that callbacks declare to write. */
final class MetricKeys {
  private static final String ONE_OF_BOTH_IS_ENOUGH =
      "remove it from one of them, give one another dataset name or other weights, or register one"
          + " callback with both schedules";

  private final TrainingPlan plan;
  private final Meetings meetings;

  /** Checks keys in a training with these meetings of schedules. */
  MetricKeys(TrainingPlan plan, Meetings meetings) {
    this.plan = plan;
    this.meetings = meetings;
  }

  /**
   * Finds keys that two callbacks write at the same moment, which would make training fail, and
   * keys under which they would write different measurements.
   */
  List<TrainingMistake> mistakes(List<Callback> callbacks) {
    Map<String, List<Callback>> writers = new LinkedHashMap<>();
    for (Callback callback : callbacks) {
      for (String key : new TreeSet<>(callback.writesMetrics(plan))) {
        writers.computeIfAbsent(key, k -> new ArrayList<>()).add(callback);
      }
    }
    List<TrainingMistake> mistakes = new ArrayList<>();
    writers.forEach(
        (key, all) -> {
          for (int i = 1; i < all.size(); i++) {
            mistake(key, all.subList(0, i), all.get(i)).ifPresent(mistakes::add);
          }
        });
    return mistakes;
  }

  private Optional<TrainingMistake> mistake(String key, List<Callback> earlier, Callback callback) {
    return earlier.stream().flatMap(other -> mistake(key, other, callback).stream()).findFirst();
  }

  private Optional<TrainingMistake> mistake(String key, Callback one, Callback other) {
    String problem =
        "callbacks '%s' and '%s' both write the metric '%s'"
            .formatted(one.name(), other.name(), key);
    Subject subject = Subject.callback(other.name());
    Set<String> different = difference(key, one, other);
    Optional<Mistake> mistake =
        different.isEmpty()
            ? meeting(one, other)
                .map(moment -> Mistake.of(subject, problem + moment, ONE_OF_BOTH_IS_ENOUGH))
            : Optional.of(
                Mistake.of(
                    subject,
                    problem + ", but differ in " + String.join(", ", different),
                    remedyOfDifference(one, other)));
    return mistake.map(found -> TrainingMistake.of(found, one, other));
  }

  /** The settings that differ between two callbacks that write the same key. */
  private static Set<String> difference(String key, Callback one, Callback other) {
    Map<String, String> left = one.measures(key);
    Map<String, String> right = other.measures(key);
    Set<String> settings = new TreeSet<>(left.keySet());
    settings.addAll(right.keySet());
    settings.removeIf(
        setting -> left.containsKey(setting) && left.get(setting).equals(right.get(setting)));
    return settings;
  }

  private static String remedyOfDifference(Callback one, Callback other) {
    boolean areOfData =
        one instanceof PeriodicDataIteratorCallback
            && other instanceof PeriodicDataIteratorCallback;
    return areOfData
        ? "give one another 'dataset_name' or, for another output, metrics that select it"
        : "remove it from one of them";
  }

  /** The first moment at which two callbacks are due together, as text; none if they never are. */
  private Optional<String> meeting(Callback one, Callback other) {
    return one instanceof PeriodicCallback first && other instanceof PeriodicCallback second
        ? meetings.of(first.schedule(), second.schedule())
        : Optional.of("");
  }
}
