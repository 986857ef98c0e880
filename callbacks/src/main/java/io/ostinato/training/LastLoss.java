package io.ostinato.training;

import io.ostinato.callback.AccumulationStep;
import java.util.Map;
import java.util.OptionalDouble;

/** The loss of the last update, as the mean over its samples. */
final class LastLoss {
  private static final String KEY = "last_loss";

  private OptionalDouble last = OptionalDouble.empty();
  private double sum;
  private long samples;

  /** Adds a micro-batch of the current update. */
  void add(AccumulationStep step) {
    sum += step.lossValue() * step.samples();
    samples += step.samples();
  }

  /**
   * Completes the current update.
   *
   * @param samplesOfUpdate the number of its samples; fewer were added if a loss was not finite
   */
  void updateIsMade(long samplesOfUpdate) {
    last = OptionalDouble.of(samples == samplesOfUpdate ? sum / samples : Double.NaN);
    sum = 0;
    samples = 0;
  }

  OptionalDouble value() {
    return last;
  }

  Map<String, String> save() {
    return last.isPresent() ? Map.of(KEY, Double.toString(last.getAsDouble())) : Map.of();
  }

  void restore(Map<String, String> saved) {
    String value = saved.get(KEY);
    last = value == null ? OptionalDouble.empty() : OptionalDouble.of(Double.parseDouble(value));
  }
}
