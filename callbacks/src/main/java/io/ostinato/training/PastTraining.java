package io.ostinato.training;

import io.ostinato.callback.UpdateTimings;
import io.ostinato.callback.WeightVariants;
import io.ostinato.weights.WeightSnapshot;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Supplier;

/** A training as it was at a moment that is past. */
record PastTraining(
    Supplier<WeightSnapshot> captured,
    WeightVariants variants,
    Map<String, Double> learningRates,
    OptionalDouble lastLoss,
    UpdateTimings timings)
    implements TrainingView {

  static WeightSnapshot noWeights() {
    throw new IllegalStateException("the weights of this moment were not kept");
  }

  @Override
  public WeightSnapshot weights() {
    return captured.get();
  }
}
