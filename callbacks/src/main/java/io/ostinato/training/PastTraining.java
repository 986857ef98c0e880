package io.ostinato.training;

import io.ostinato.callback.UpdateTimings;
import io.ostinato.callback.WeightVariants;
import io.ostinato.weights.CapturedWeights;
import io.ostinato.weights.WeightSnapshot;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * A training as it was at a moment that is past.
 *
 * @param kept the weights that were kept: those of the training by the empty key, variants by their
 *     own; none if nobody will ask for weights
 */
record PastTraining(
    Map<String, CapturedWeights> kept,
    WeightVariants variants,
    Map<String, Double> learningRates,
    OptionalDouble lastLoss,
    UpdateTimings timings)
    implements TrainingView {

  static PastTraining of(
      Map<String, CapturedWeights> kept,
      Map<String, Double> learningRates,
      OptionalDouble lastLoss,
      UpdateTimings timings) {
    WeightVariants variants = new WeightVariants();
    kept.forEach(
        (key, weights) -> {
          if (!key.isEmpty()) {
            variants.offer(key, weights::get, () -> weights);
          }
        });
    return new PastTraining(kept, variants, learningRates, lastLoss, timings);
  }

  @Override
  public WeightSnapshot weights() {
    CapturedWeights weights = kept.get("");
    if (weights == null) {
      throw new IllegalStateException("the weights of this moment were not kept");
    }
    return weights.get();
  }

  @Override
  public void close() {
    kept.values().forEach(CapturedWeights::close);
  }
}
