package io.ostinato.training;

import io.ostinato.weights.WeightSnapshot;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The weights at which the metrics of the current moment were measured, if that is certain: all
 * evaluations that the callback had requested before it wrote the metric used the same version.
 */
final class MeasuredWeights {
  private final Map<String, WeightSnapshot> byManifest = new HashMap<>();
  private final Map<String, Set<String>> manifestsByCallback = new HashMap<>();
  private final Map<String, WeightSnapshot> byMetric = new HashMap<>();

  /** Registers weights that are about to be evaluated. */
  WeightSnapshot asked(WeightSnapshot weights) {
    byManifest.put(weights.manifest().hash(), weights);
    return weights;
  }

  /** Records that a callback received the results of an evaluation at the weights of a manifest. */
  void evaluated(String callback, String manifest) {
    manifestsByCallback.computeIfAbsent(callback, c -> new LinkedHashSet<>()).add(manifest);
  }

  /** Records that a callback wrote a metric. */
  void wrote(String callback, String metric) {
    Set<String> manifests = manifestsByCallback.getOrDefault(callback, Set.of());
    if (manifests.size() == 1) {
      WeightSnapshot weights = byManifest.get(manifests.iterator().next());
      if (weights != null) {
        byMetric.put(metric, weights);
      }
    }
  }

  /** The weights at which a metric was measured, if that is known. */
  Optional<WeightSnapshot> of(String metric) {
    return Optional.ofNullable(byMetric.get(metric));
  }

  /** Discards everything at the end of the moment. */
  void clear() {
    byManifest.clear();
    manifestsByCallback.clear();
    byMetric.clear();
  }
}
