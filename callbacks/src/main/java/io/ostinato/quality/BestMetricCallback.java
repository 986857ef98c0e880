package io.ostinato.quality;

import io.ostinato.callback.BestValue;
import io.ostinato.callback.Invocation;
import io.ostinato.callback.PeriodicCallback;
import io.ostinato.callback.Stateful;
import io.ostinato.callback.TrainingPlan;
import io.ostinato.describe.Defaults;
import io.ostinato.describe.Inline;
import io.ostinato.describe.Key;
import io.ostinato.describe.Kind;
import io.ostinato.describe.Mistake;
import io.ostinato.metric.Direction;
import io.ostinato.schedule.Schedule;
import io.ostinato.storage.SavedState;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Writes {@code {target}/at_best/{source}}: the values of the targets when the source was best,
 * such as the accuracy on test data at the epoch with the best accuracy on validation data. Nothing
 * is written until the source has a value other than NaN.
 */
@Kind(
    name = "best_metric",
    value = "Values of metrics when another metric was best: `{target}/at_best/{source}`.")
public final class BestMetricCallback extends PeriodicCallback implements Stateful {
  private static final long serialVersionUID = 1;
  private static final String AT_BEST = "at_best.";

  private final Config config;
  private final BestValue best = new BestValue();
  private final LinkedHashMap<String, Double> atBest = new LinkedHashMap<>();

  /**
   * The settings of the callback.
   *
   * @param schedule when to read the metrics, which must be when they are written. Default: every
   *     epoch
   * @param source the key of the metric that decides
   * @param targets the keys of the metrics to keep, which must be written at each moment of the
   *     schedule; can include the source
   * @param optionalTargets the keys of metrics to keep if they are written, and to skip otherwise;
   *     at least one target of either kind is required
   */
  public record Config(
      @Inline Schedule schedule,
      @Key("The metric that decides; its direction must be known.") String source,
      @Key(
              value = "The metrics to keep; each must be written whenever the source is.",
              optional = true)
          List<String> targets,
      @Key(
              value =
                  "Metrics to keep when they are written. At least one target of either kind is required.",
              optional = true)
          List<String> optionalTargets)
      implements Serializable {
    public Config {
      targets = List.copyOf(new LinkedHashSet<>(targets));
      Set<String> needed = Set.copyOf(targets);
      optionalTargets =
          new LinkedHashSet<>(optionalTargets)
              .stream().filter(target -> !needed.contains(target)).toList();
    }

    public static Config of(String source, String... targets) {
      return Defaults.of(Config.class, source).targets(targets);
    }

    private Config targets(String... newTargets) {
      return new Config(schedule, source, List.of(newTargets), optionalTargets);
    }

    public Config every(Schedule newSchedule) {
      return new Config(newSchedule, source, targets, optionalTargets);
    }

    /** Also keeps these metrics if they are written. */
    public Config optional(String... newTargets) {
      return new Config(schedule, source, targets, List.of(newTargets));
    }

    private List<String> allTargets() {
      return Stream.of(targets, optionalTargets).flatMap(List::stream).toList();
    }
  }

  public BestMetricCallback(Config config) {
    super("best_metric." + config.source(), config.schedule());
    this.config = config;
  }

  @Override
  public List<Mistake> mistakes(TrainingPlan plan) {
    List<Mistake> mistakes = new ArrayList<>();
    plan.metricProperties().mistake(config.source(), subject("source")).ifPresent(mistakes::add);
    if (config.allTargets().isEmpty()) {
      mistakes.add(
          Mistake.of(
              subject("targets"), "callback '%s' needs at least one target".formatted(name())));
    }
    return mistakes;
  }

  @Override
  public Set<String> readsMetrics() {
    Set<String> keys = new LinkedHashSet<>(config.allTargets());
    keys.add(config.source());
    return keys;
  }

  @Override
  public Set<String> writesMetrics() {
    return config.allTargets().stream().map(this::key).collect(Collectors.toSet());
  }

  @Override
  protected void periodicCallback(Invocation at) {
    if (at.isScheduled()) {
      look();
    }
    atBest.forEach((target, value) -> writer().addScalar(key(target), value));
  }

  private void look() {
    Direction direction =
        context().metricProperties().directionForDecision(config.source(), name());
    Map<String, Double> now = new LinkedHashMap<>();
    config.targets().forEach(target -> now.put(target, context().metrics().get(target, name())));
    for (String target : config.optionalTargets()) {
      context().metrics().find(target).ifPresent(value -> now.put(target, value));
    }
    if (best.improvesWith(context().metrics().get(config.source(), name()), direction)) {
      atBest.clear(); // targets that weren't written now have no value at the new best
      atBest.putAll(now);
    }
  }

  @Override
  public SavedState saveState() {
    SavedState state = best.saveIn(SavedState.empty(), "");
    for (Map.Entry<String, Double> entry : atBest.entrySet()) {
      state = state.with(AT_BEST + entry.getKey(), entry.getValue());
    }
    return state;
  }

  @Override
  public void restoreState(SavedState state) {
    best.restoreFrom(state, "");
    atBest.clear();
    for (String target : config.allTargets()) {
      if (state.find(AT_BEST + target).isPresent()) {
        atBest.put(target, state.getDouble(AT_BEST + target));
      }
    }
  }

  private String key(String target) {
    return target + "/at_best/" + config.source();
  }
}
