package io.ostinato.training;

import io.ostinato.weights.WeightSnapshot;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The weights that the metrics of the present moment were measured at, where that is certain: all
 * evaluations that the callback had asked for before it wrote the metric were at one version.
 */
final class MeasuredWeights {
  private final Map<String, WeightSnapshot> byManifest = new HashMap<>();
  private final Map<String, Set<String>> manifestsByCallback = new HashMap<>();
  private final Map<String, WeightSnapshot> byMetric = new HashMap<>();

  /** Weights that are going to be evaluated. */
  WeightSnapshot asked(WeightSnapshot weights) {
    byManifest.put(weights.manifest().hash(), weights);
    return weights;
  }

  /** A callback has the results of an evaluation at the weights of this manifest. */
  void evaluated(String callback, String manifest) {
    manifestsByCallback.computeIfAbsent(callback, c -> new LinkedHashSet<>()).add(manifest);
  }

  /** A callback has written a metric. */
  void wrote(String callback, String metric) {
    Set<String> manifests = manifestsByCallback.getOrDefault(callback, Set.of());
    if (manifests.size() == 1) {
      WeightSnapshot weights = byManifest.get(manifests.iterator().next());
      if (weights != null) {
        byMetric.put(metric, weights);
      }
    }
  }

  /** What a metric was measured at, if an evaluation has measured it and it is certain which. */
  Optional<WeightSnapshot> of(String metric) {
    return Optional.ofNullable(byMetric.get(metric));
  }

  /** The moment is over. */
  void clear() {
    byManifest.clear();
    manifestsByCallback.clear();
    byMetric.clear();
  }
}
