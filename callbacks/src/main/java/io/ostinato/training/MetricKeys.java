package io.ostinato.training;

import io.ostinato.callback.Callback;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** The keys that callbacks say they write. */
final class MetricKeys {
  private MetricKeys() {}

  /** Keys that two callbacks write: at a moment when both are due, the training would fail. */
  static List<String> mistakes(List<Callback> callbacks) {
    Map<String, Callback> writers = new LinkedHashMap<>();
    List<String> mistakes = new ArrayList<>();
    for (Callback callback : callbacks) {
      for (String key : new TreeSet<>(callback.writesMetrics())) {
        Callback earlier = writers.putIfAbsent(key, callback);
        if (earlier != null) {
          mistakes.add(
              "callbacks '%s' and '%s' both write the metric '%s'; leave it out of one of them, or"
                      .formatted(earlier.name(), callback.name(), key)
                  + " give one another dataset or other weights");
        }
      }
    }
    return mistakes;
  }
}
