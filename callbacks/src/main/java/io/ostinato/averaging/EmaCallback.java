package io.ostinato.averaging;

import io.ostinato.callback.AccumulationStep;
import io.ostinato.callback.Callback;
import io.ostinato.callback.Stateful;
import io.ostinato.callback.TrainingPlan;
import io.ostinato.describe.Defaults;
import io.ostinato.describe.Key;
import io.ostinato.describe.Kind;
import io.ostinato.describe.Mistake;
import io.ostinato.schedule.UpdateCounter;
import io.ostinato.storage.SavedState;
import io.ostinato.weights.HostArray;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps exponential moving averages of the weights over updates: {@code average = factor * average
 * + (1 - factor) * weights} after each update, starting with the weights before the first one.
 *
 * <p>Evaluations select the averages as the weights {@code ema={factor}}; at the end of training
 * they are saved as {@code {iteration}.ema={factor}}. Running statistics and frozen parameters are
 * not averaged: they are those of the current model.
 */
@Kind(
    name = "ema",
    value = "Exponential moving averages of the weights; evaluations select one with `weights`.")
public final class EmaCallback extends Callback implements Stateful {
  private static final long serialVersionUID = 1;
  private static final Logger log = LoggerFactory.getLogger(EmaCallback.class);

  private final Config config;
  private transient Map<Double, WeightAverage> averages = new LinkedHashMap<>();

  /**
   * The settings of the callback.
   *
   * @param factors the factor of each average, above 0 and below 1. Default: 0.999
   */
  public record Config(
      @Key(
              value = "The weight of the previous average in each update.",
              byDefault = "[0.999]",
              above = 0,
              below = 1)
          List<Double> factors)
      implements Serializable {
    public Config {
      factors = List.copyOf(new LinkedHashSet<>(factors));
    }

    public static Config defaults() {
      return Defaults.of(Config.class);
    }
  }

  public EmaCallback(Config config) {
    super("ema");
    this.config = config;
  }

  @Override
  public List<Mistake> mistakes(TrainingPlan plan) {
    List<Mistake> mistakes = new ArrayList<>();
    if (config.factors().isEmpty()) {
      mistakes.add(
          Mistake.of(
              subject("factors"), "callback '%s' needs at least one factor".formatted(name())));
    }
    for (double factor : config.factors()) {
      if (!(factor > 0 && factor < 1)) {
        mistakes.add(
            Mistake.of(
                subject("factors"),
                "callback '%s': factor %s must be above 0 and below 1".formatted(name(), factor)));
      }
    }
    return mistakes;
  }

  @Override
  public Set<String> offersWeights() {
    return config.factors().stream().map(EmaCallback::weightsKey).collect(Collectors.toSet());
  }

  /** The key of the averaged weights, such as {@code ema=0.999}. */
  public static String weightsKey(double factor) {
    return "ema=" + factor;
  }

  @Override
  protected void attached() {
    close();
    for (double factor : config.factors()) {
      WeightAverage average = new WeightAverage(factor, context().block());
      averages.put(factor, average);
      context().variants().offer(weightsKey(factor), average::snapshot, average::capture);
    }
  }

  @Override
  public void beforeTraining(UpdateCounter at) {
    if (at.current().update() == 0) {
      averages.values().forEach(WeightAverage::begin);
    }
  }

  /** Starts at the first update, since other callbacks can change the weights before training. */
  @Override
  public void trackAfterAccumulationStep(AccumulationStep step) {
    if (step.before().current().update() == 0 && step.microBatch() == 0) {
      averages.values().forEach(WeightAverage::begin);
    }
  }

  @Override
  public void trackAfterUpdateStep(UpdateCounter at) {
    averages.values().forEach(WeightAverage::update);
  }

  @Override
  public void afterTraining(UpdateCounter at) {
    averages.forEach(
        (factor, average) ->
            context()
                .checkpointsFor(name())
                .saveWeights(at.current() + "." + weightsKey(factor), average.snapshot()));
  }

  @Override
  public SavedState saveState() {
    SavedState state = SavedState.empty();
    for (WeightAverage average : averages.values()) {
      for (HostArray array : average.save()) {
        state = state.withArray(array);
      }
    }
    return state;
  }

  @Override
  public void restoreState(SavedState state) {
    averages.forEach(
        (factor, average) -> {
          if (average.isIn(state)) {
            average.restore(state);
          } else {
            log.warn(
                "the checkpoint has no average with factor {} of these parameters; the average starts"
                    + " with the current weights",
                factor);
          }
        });
    state.arrays().stream()
        .map(array -> array.name().substring(0, array.name().indexOf('/')))
        .distinct()
        .filter(factor -> !averages.containsKey(Double.valueOf(factor)))
        .forEach(
            factor ->
                log.warn(
                    "the checkpoint has an average with factor {}, which this training doesn't use",
                    factor));
  }

  @Override
  protected void detached() {
    close();
  }

  private void close() {
    averages.values().forEach(WeightAverage::close);
    averages.clear();
  }

  private Object readResolve() {
    averages = new LinkedHashMap<>();
    return this;
  }
}
