package io.ostinato.checkpoint;

import io.ostinato.callback.BestValue;
import io.ostinato.callback.Invocation;
import io.ostinato.callback.PeriodicCallback;
import io.ostinato.callback.Stateful;
import io.ostinato.callback.TrainingPlan;
import io.ostinato.callback.WeightVariants;
import io.ostinato.describe.Defaults;
import io.ostinato.describe.Inline;
import io.ostinato.describe.Key;
import io.ostinato.describe.Kind;
import io.ostinato.describe.Mistake;
import io.ostinato.metric.Direction;
import io.ostinato.schedule.Schedule;
import io.ostinato.storage.FileNames;
import io.ostinato.storage.SavedState;
import io.ostinato.weights.WeightSnapshot;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Saves the weights at which a metric was best as {@code best_model.{metric}}, with dots in place
 * of slashes, and underscores in place of characters that aren't allowed in file names. These are
 * the weights used by the evaluation that measured the metric, whatever callbacks have changed
 * since. For a metric that no evaluation measured, they are the weights after the other callbacks
 * of the moment have run; likewise for a metric whose callback had evaluated several versions of
 * the weights before it wrote it, unless its key or the configuration names other weights.
 *
 * <p>For each tolerance it also saves {@code best_model.{metric}.tolerance={n}}: the best weights
 * of a training that stops after {@code n} consecutive values without improvement. A single run
 * thus covers several settings of early stopping.
 */
@Kind(name = "best_checkpoint", value = "The weights at which a metric was best.")
public final class BestCheckpointCallback extends PeriodicCallback implements Stateful {
  private static final long serialVersionUID = 1;

  private final Config config;
  private final BestValue best = new BestValue();
  private final TreeSet<Integer> exhausted = new TreeSet<>();

  /**
   * The settings of the callback.
   *
   * @param schedule when to read the metric, which must be when it is written. Default: every epoch
   * @param metric the key, such as {@code accuracy/test}
   * @param tolerances each at least 1. Default: none
   * @param weights the key of the weights to keep, see {@link WeightVariants}. Default: empty, for
   *     those named in the metric's key, as in {@code accuracy/test.ema=0.999}, otherwise the
   *     trained weights
   */
  public record Config(
      @Inline Schedule schedule,
      @Key("The metric that decides, such as `accuracy/test`; its direction must be known.")
          String metric,
      @Key(
              value =
                  "For each n, also keep the best weights of a training that stops after n values"
                      + " without improvement.",
              optional = true,
              atLeast = 1)
          List<Integer> tolerances,
      @Key(
              value = "The weights to keep, such as `ema=0.999`.",
              byDefault = "''",
              otherwise = "the weights that were measured")
          String weights)
      implements Serializable {
    public Config {
      tolerances = List.copyOf(new LinkedHashSet<>(tolerances));
    }

    public static Config of(String metric) {
      return Defaults.of(Config.class, metric);
    }

    public Config every(Schedule newSchedule) {
      return new Config(newSchedule, metric, tolerances, weights);
    }

    public Config tolerances(Integer... newTolerances) {
      return new Config(schedule, metric, List.of(newTolerances), weights);
    }

    /** Keeps other weights, such as {@code ema=0.999}, for a metric whose key doesn't name any. */
    public Config weights(String variant) {
      return new Config(schedule, metric, tolerances, variant);
    }
  }

  public BestCheckpointCallback(Config config) {
    super("best_checkpoint." + config.metric(), config.schedule());
    this.config = config;
  }

  @Override
  public List<Mistake> mistakes(TrainingPlan plan) {
    List<Mistake> mistakes = new ArrayList<>();
    plan.metricProperties().mistake(config.metric(), subject("metric")).ifPresent(mistakes::add);
    plan.mistakeOfWeights(config.weights(), subject("weights")).ifPresent(mistakes::add);
    WeightVariants.measuredBy(config.metric(), plan.weights())
        .filter(measured -> !config.weights().isEmpty() && !measured.equals(config.weights()))
        .ifPresent(
            measured ->
                mistakes.add(
                    Mistake.of(
                        subject("weights"),
                        ("callback '%s' keeps the weights '%s', but its metric is measured at the"
                                + " weights '%s'")
                            .formatted(name(), config.weights(), measured),
                        "remove 'weights'")));
    config.tolerances().stream()
        .filter(tolerance -> tolerance < 1)
        .map(
            tolerance ->
                Mistake.of(
                    subject("tolerances"),
                    "callback '%s': tolerance %s must be at least 1".formatted(name(), tolerance)))
        .forEach(mistakes::add);
    return mistakes;
  }

  @Override
  public Set<String> readsMetrics() {
    return Set.of(config.metric());
  }

  @Override
  protected void periodicCallback(Invocation at) {
    if (!at.isScheduled()) {
      return;
    }
    Direction direction =
        context().metricProperties().directionForDecision(config.metric(), name());
    double value = context().metrics().get(config.metric(), name());
    if (best.improvesWith(value, direction)) {
      save(tag());
      config.tolerances().stream()
          .filter(tolerance -> !exhausted.contains(tolerance))
          .forEach(tolerance -> save(tag() + ".tolerance=" + tolerance));
    }
    config.tolerances().stream()
        .filter(tolerance -> best.since() >= tolerance)
        .forEach(exhausted::add);
  }

  @Override
  public SavedState saveState() {
    SavedState state = best.saveIn(SavedState.empty(), "");
    for (int tolerance : exhausted) {
      state = state.with("exhausted." + tolerance, "");
    }
    return state;
  }

  @Override
  public void restoreState(SavedState state) {
    best.restoreFrom(state, "");
    exhausted.clear();
    config.tolerances().stream()
        .filter(tolerance -> state.find("exhausted." + tolerance).isPresent())
        .forEach(exhausted::add);
  }

  private String tag() {
    return FileNames.bestModel(config.metric(), "");
  }

  private void save(String tag) {
    context().checkpointsFor(name()).saveWeights(tag, weights());
  }

  private WeightSnapshot weights() {
    WeightVariants variants = context().variants();
    if (!config.weights().isEmpty()) {
      return variants.get(config.weights());
    }
    return context()
        .weightsOf(config.metric())
        .or(() -> WeightVariants.measuredBy(config.metric(), variants.keys()).map(variants::get))
        .orElseGet(() -> context().weights());
  }
}
