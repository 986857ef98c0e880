package io.ostinato.training;

import io.ostinato.weights.WeightSnapshot;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The weights that the metrics of the present moment were measured at: a callback that writes a
 * metric measured it by the evaluation that it has asked for last.
 */
final class MeasuredWeights {
  private final Map<String, WeightSnapshot> byManifest = new HashMap<>();
  private final Map<String, WeightSnapshot> byCallback = new HashMap<>();
  private final Map<String, WeightSnapshot> byMetric = new HashMap<>();

  /** Weights that are going to be evaluated. */
  WeightSnapshot asked(WeightSnapshot weights) {
    byManifest.put(weights.manifest().hash(), weights);
    return weights;
  }

  /** A callback has the results of an evaluation at the weights of this manifest. */
  void evaluated(String callback, String manifest) {
    WeightSnapshot weights = byManifest.get(manifest);
    if (weights != null) {
      byCallback.put(callback, weights);
    }
  }

  /** A callback has written a metric. */
  void wrote(String callback, String metric) {
    WeightSnapshot weights = byCallback.get(callback);
    if (weights != null) {
      byMetric.put(metric, weights);
    }
  }

  /** What a metric was measured at, if an evaluation has measured it. */
  Optional<WeightSnapshot> of(String metric) {
    return Optional.ofNullable(byMetric.get(metric));
  }

  /** The moment is over. */
  void clear() {
    byManifest.clear();
    byCallback.clear();
    byMetric.clear();
  }
}
