package io.ostinato.training;

import io.ostinato.callback.Callback;
import io.ostinato.callback.PeriodicDataIteratorCallback;
import io.ostinato.describe.Mistake;
import io.ostinato.describe.Subject;
import io.ostinato.evaluation.EvaluationEngine;
import io.ostinato.evaluation.ResultsTarget;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Checks the targets of the callbacks' row results, before training starts. */
final class ResultsTargets {
  private ResultsTargets() {}

  /** Finds targets that the engine doesn't support. */
  static List<TrainingMistake> refused(List<Callback> callbacks, EvaluationEngine engine) {
    List<TrainingMistake> mistakes = new ArrayList<>();
    for (Callback callback : callbacks) {
      if (callback instanceof PeriodicDataIteratorCallback evaluating) {
        try {
          engine.check(evaluating.config().target());
        } catch (RuntimeException e) {
          mistakes.add(
              TrainingMistake.of(
                  Mistake.of(
                      resultsOf(callback),
                      "callback '%s': %s".formatted(callback.name(), e.getMessage())),
                  callback));
        }
      }
    }
    return mistakes;
  }

  /** Finds paths that several callbacks would write to. */
  static List<TrainingMistake> shared(List<Callback> callbacks) {
    List<TrainingMistake> mistakes = new ArrayList<>();
    Map<String, Callback> writers = new HashMap<>();
    for (Callback callback : callbacks) {
      if (callback instanceof PeriodicDataIteratorCallback evaluating
          && evaluating.config().target() instanceof ResultsTarget.Parquet parquet) {
        Callback before = writers.putIfAbsent(parquet.path(), callback);
        if (before != null) {
          mistakes.add(
              TrainingMistake.of(
                  Mistake.of(
                      resultsOf(callback),
                      "callbacks '%s' and '%s' both write their results to '%s'"
                          .formatted(before.name(), callback.name(), parquet.path()),
                      "give each its own path"),
                  before,
                  callback));
        }
      }
    }
    return mistakes;
  }

  private static Subject resultsOf(Callback callback) {
    return Subject.callback(callback.name()).key("results_path");
  }
}
