package io.ostinato.stopping;

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
import io.ostinato.schedule.UpdateCounter;
import io.ostinato.storage.SavedState;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Ends training when a metric has not improved for a number of consecutive values. A run that is
 * resumed after that trains nothing, unless the tolerance is higher than before.
 */
@Kind(name = "metric_early_stopper", value = "Stops training when a metric stops improving.")
public final class MetricEarlyStopper extends PeriodicCallback implements Stateful {
  private static final long serialVersionUID = 1;

  private final Config config;
  private final BestValue best = new BestValue();

  /**
   * The settings of the callback.
   *
   * @param schedule when to read the metric, which must be when it is written. Default: every epoch
   * @param metric the key, such as {@code accuracy/test}
   * @param tolerance the number of consecutive values without improvement after which training
   *     ends, at least 1
   */
  public record Config(
      @Inline Schedule schedule,
      @Key("The metric that decides, such as `accuracy/test`; its direction must be known.")
          String metric,
      @Key(
              value =
                  "Number of consecutive values without improvement after which training stops.",
              atLeast = 1)
          int tolerance)
      implements Serializable {
    public static Config of(String metric, int tolerance) {
      return Defaults.of(Config.class, metric, tolerance);
    }

    public Config every(Schedule newSchedule) {
      return new Config(newSchedule, metric, tolerance);
    }
  }

  public MetricEarlyStopper(Config config) {
    super("early_stopper." + config.metric() + "." + config.tolerance(), config.schedule());
    this.config = config;
  }

  @Override
  public List<Mistake> mistakes(TrainingPlan plan) {
    List<Mistake> mistakes = new ArrayList<>();
    plan.metricProperties().mistake(config.metric(), subject("metric")).ifPresent(mistakes::add);
    if (config.tolerance() < 1) {
      mistakes.add(
          Mistake.of(
              subject("tolerance"),
              "callback '%s': tolerance %s must be at least 1"
                  .formatted(name(), config.tolerance())));
    }
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
    best.improvesWith(context().metrics().get(config.metric(), name()), direction);
    stopIfExhausted();
  }

  @Override
  public void beforeTraining(UpdateCounter at) {
    stopIfExhausted();
  }

  private void stopIfExhausted() {
    if (best.since() >= config.tolerance()) {
      context()
          .stop(
              "%s has not improved on %s for %s consecutive values"
                  .formatted(config.metric(), best.best(), best.since()));
    }
  }

  @Override
  public SavedState saveState() {
    return best.saveIn(SavedState.empty(), "");
  }

  @Override
  public void restoreState(SavedState state) {
    best.restoreFrom(state, "");
  }
}
