package io.ostinato.training;

import io.ostinato.callback.UpdateTimings;
import io.ostinato.callback.WeightVariants;
import io.ostinato.weights.WeightSnapshot;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What callbacks see of a training at one moment; see {@link io.ostinato.callback.TrainingContext}.
 */
interface TrainingView {
  WeightSnapshot weights();

  WeightVariants variants();

  Map<String, Double> learningRates();

  OptionalDouble lastLoss();

  UpdateTimings timings();

  /** Frees memory that is kept for a past moment. */
  void close();
}
