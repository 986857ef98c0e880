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
  static List<TrainingMistake> mistakes(List<Callback> callbacks, EvaluationEngine engine) {
    List<TrainingMistake> mistakes = new ArrayList<>();
    Map<String, Callback> writers = new HashMap<>();
    for (Callback callback : callbacks) {
      if (callback instanceof PeriodicDataIteratorCallback evaluating) {
        ResultsTarget target = evaluating.config().target();
        try {
          engine.check(target);
        } catch (RuntimeException e) {
          mistakes.add(
              TrainingMistake.of(
                  "callback '%s': %s".formatted(callback.name(), e.getMessage()), callback));
        }
        if (target instanceof ResultsTarget.Parquet parquet) {
          Callback before = writers.putIfAbsent(parquet.path(), callback);
          if (before != null) {
            mistakes.add(
                TrainingMistake.of(
                    "callbacks '%s' and '%s' both write their results to '%s'; give each its own path"
                        .formatted(before.name(), callback.name(), parquet.path()),
                    before,
                    callback));
          }
        }
      }
    }
    return mistakes;
  }
}
