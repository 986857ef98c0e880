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

/** The keys that callbacks say they write. */
final class MetricKeys {
  private static final String ONE_OF_BOTH_IS_ENOUGH =
      "leave it out of one of them, give one another dataset name or other weights, or register one"
          + " that has both schedules";

  private final TrainingPlan plan;
  private final Meetings meetings;

  /** The keys in a training in which schedules meet so. */
  MetricKeys(TrainingPlan plan, Meetings meetings) {
    this.plan = plan;
    this.meetings = meetings;
  }

  /**
   * Keys that two callbacks write at one moment, when the training would fail, and those under
   * which they would write what differs.
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

  /** The settings in which two callbacks differ that write one key. */
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
        ? "give one another 'dataset_name', or, of another output, metrics that name it"
        : "leave it out of one of them";
  }

  /** When two callbacks are due together first, in words; none if they never are. */
  private Optional<String> meeting(Callback one, Callback other) {
    return one instanceof PeriodicCallback first && other instanceof PeriodicCallback second
        ? meetings.of(first.schedule(), second.schedule())
        : Optional.of("");
  }
}
