package io.ostinato.training;

import io.ostinato.callback.Callback;
import io.ostinato.callback.PeriodicCallback;
import io.ostinato.callback.PeriodicDataIteratorCallback;
import io.ostinato.callback.TrainingPlan;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The keys that callbacks say they write. */
final class MetricKeys {
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
    return difference(key, one, other)
        .or(
            () ->
                meeting(one, other)
                    .map(
                        moment ->
                            moment
                                + "; leave it out of one of them, give one another dataset name or"
                                + " other weights, or register one that has both schedules"))
        .map(
            why ->
                TrainingMistake.of(
                    "callbacks '%s' and '%s' both write the metric '%s'%s"
                        .formatted(one.name(), other.name(), key, why),
                    one,
                    other));
  }

  /** In what two callbacks differ that write one key, and what helps; none if they don't. */
  private static Optional<String> difference(String key, Callback one, Callback other) {
    Map<String, String> left = one.measures(key);
    Map<String, String> right = other.measures(key);
    Set<String> settings = new TreeSet<>(left.keySet());
    settings.addAll(right.keySet());
    settings.removeIf(
        setting -> left.containsKey(setting) && left.get(setting).equals(right.get(setting)));
    if (settings.isEmpty()) {
      return Optional.empty();
    }
    boolean areOfData =
        one instanceof PeriodicDataIteratorCallback
            && other instanceof PeriodicDataIteratorCallback;
    return Optional.of(
        ", but differ in %s; %s"
            .formatted(
                String.join(", ", settings),
                areOfData
                    ? "give one another dataset name by named(...), or, of another output, metrics"
                        + " that name it"
                    : "leave it out of one of them"));
  }

  /** When two callbacks are due together first, in words; none if they never are. */
  private Optional<String> meeting(Callback one, Callback other) {
    return one instanceof PeriodicCallback first && other instanceof PeriodicCallback second
        ? meetings.of(first.schedule(), second.schedule())
        : Optional.of("");
  }
}
