package io.ostinato.training;

import io.ostinato.callback.Callback;
import io.ostinato.callback.PeriodicCallback;
import io.ostinato.callback.TrainingPlan;
import io.ostinato.schedule.UpdateCounter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** The keys that callbacks say they write. */
final class MetricKeys {
  private final TrainingPlan plan;
  private final Optional<UpdateCounter> start;

  /**
   * The keys in a training.
   *
   * @param start its beginning; none where its sizes are wrong
   */
  MetricKeys(TrainingPlan plan, Optional<UpdateCounter> start) {
    this.plan = plan;
    this.start = start;
  }

  /** Keys that two callbacks write at one moment, when the training would fail. */
  List<String> mistakes(List<Callback> callbacks) {
    Map<String, List<Callback>> writers = new LinkedHashMap<>();
    for (Callback callback : callbacks) {
      for (String key : new TreeSet<>(callback.writesMetrics(plan))) {
        writers.computeIfAbsent(key, k -> new ArrayList<>()).add(callback);
      }
    }
    List<String> mistakes = new ArrayList<>();
    writers.forEach(
        (key, all) -> {
          for (int i = 1; i < all.size(); i++) {
            mistake(key, all.subList(0, i), all.get(i)).ifPresent(mistakes::add);
          }
        });
    return mistakes;
  }

  private Optional<String> mistake(String key, List<Callback> earlier, Callback callback) {
    return earlier.stream()
        .flatMap(
            other ->
                meeting(other, callback).stream()
                    .map(
                        moment ->
                            "callbacks '%s' and '%s' both write the metric '%s'%s; leave it out of"
                                    .formatted(other.name(), callback.name(), key, moment)
                                + " one of them, give one another dataset name or other weights, or"
                                + " register one that has both schedules"))
        .findFirst();
  }

  /** When two callbacks are due together first, in words; none if they never are. */
  private Optional<String> meeting(Callback one, Callback other) {
    if (one instanceof PeriodicCallback first
        && other instanceof PeriodicCallback second
        && start.isPresent()) {
      return CommonMoment.of(first.schedule(), second.schedule(), start.get())
          .map(" at %s"::formatted);
    }
    return Optional.of("");
  }
}
