package io.ostinato.training;

import io.ostinato.callback.CallbackEvaluation;
import io.ostinato.callback.PeriodicDataIteratorCallback;
import io.ostinato.weights.WeightSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** What of a moment waits for its evaluations. */
final class MomentRest {
  private final LaunchedEvaluations evaluations;
  private final List<Runnable> hooks = new ArrayList<>();

  MomentRest(LaunchedEvaluations evaluations) {
    this.evaluations = evaluations;
  }

  /** Adds an evaluation, whose results its callback will process. */
  void add(
      PeriodicDataIteratorCallback callback,
      CallbackEvaluation evaluation,
      Supplier<WeightSnapshot> weights) {
    evaluations.add(evaluation, weights);
    hooks.add(() -> callback.process(evaluation));
  }

  /** Adds the hook of a callback that reads metrics. */
  void add(Runnable hook) {
    hooks.add(hook);
  }

  LaunchedEvaluations evaluations() {
    return evaluations;
  }

  /** Calls the waiting callbacks, in their order. */
  List<Runnable> hooks() {
    return List.copyOf(hooks);
  }
}
