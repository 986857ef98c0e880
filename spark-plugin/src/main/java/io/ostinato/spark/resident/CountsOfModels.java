package io.ostinato.spark.resident;

import java.util.LinkedHashMap;
import java.util.Map;

/** The counts of the models of a process, by model and device. Not thread-safe. */
final class CountsOfModels {
  /** Of those used longest ago, the counts begin anew. */
  private static final int MOST_KEPT = 1_000;

  /** The id only: a model's source may be large. */
  private record Place(String model, String device) {}

  private final Map<Place, ModelCounts> counts =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Place, ModelCounts> eldest) {
          return size() > MOST_KEPT;
        }
      };

  ModelCounts of(ModelId model, TaskDevice device) {
    return counts.computeIfAbsent(new Place(model.id(), device.name()), place -> new ModelCounts());
  }

  /** Forgets a model that is closed on all devices. */
  void forget(ModelId model) {
    counts.keySet().removeIf(place -> place.model().equals(model.id()));
  }

  void clear() {
    counts.clear();
  }
}
