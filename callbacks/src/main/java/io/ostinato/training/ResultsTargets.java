package io.ostinato.training;

import io.ostinato.callback.Callback;
import io.ostinato.callback.PeriodicDataIteratorCallback;
import io.ostinato.evaluation.EvaluationEngine;
import io.ostinato.evaluation.ResultsTarget;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Checks where callbacks want their row results, before training starts. */
final class ResultsTargets {
  private ResultsTargets() {}

  /** Targets that the engine doesn't know, and paths that several callbacks would write to. */
  static List<String> mistakes(List<Callback> callbacks, EvaluationEngine engine) {
    List<String> mistakes = new ArrayList<>();
    Map<String, String> writers = new HashMap<>();
    for (Callback callback : callbacks) {
      if (callback instanceof PeriodicDataIteratorCallback evaluating) {
        ResultsTarget target = evaluating.config().target();
        try {
          engine.check(target);
        } catch (RuntimeException e) {
          mistakes.add("callback '%s': %s".formatted(callback.name(), e.getMessage()));
        }
        if (target instanceof ResultsTarget.Parquet parquet) {
          String before = writers.putIfAbsent(parquet.path(), callback.name());
          if (before != null) {
            mistakes.add(
                "callbacks '%s' and '%s' both write their results to '%s'; give each its own path"
                    .formatted(before, callback.name(), parquet.path()));
          }
        }
      }
    }
    return mistakes;
  }
}
