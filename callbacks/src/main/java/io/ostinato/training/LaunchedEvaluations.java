package io.ostinato.training;

import io.ostinato.callback.CallbackEvaluation;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.training.MomentEvaluations.Weighted;
import io.ostinato.weights.WeightSnapshot;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The evaluations of one moment that run beside training, with all that they need. They run one
 * after the other on one thread, those that can share a pass together, as they would inline.
 */
final class LaunchedEvaluations {
  private final Moment moment;
  private final ProgressDisplay progress;
  private final List<CallbackEvaluation> requested = new ArrayList<>();
  private final Map<CallbackEvaluation, Supplier<WeightSnapshot>> weights = new IdentityHashMap<>();

  LaunchedEvaluations(Moment moment, ProgressDisplay progress) {
    this.moment = moment;
    this.progress = progress;
  }

  /** Adds an evaluation with the weights that it uses. */
  void add(CallbackEvaluation evaluation, Supplier<WeightSnapshot> itsWeights) {
    requested.add(evaluation);
    weights.put(evaluation, itsWeights);
  }

  boolean isEmpty() {
    return requested.isEmpty();
  }

  /** Runs all of them; their outcomes, including failures, are kept by the moment. */
  void run() {
    SharedEvaluations shared = new SharedEvaluations(this::together, this::manifest);
    shared.plan(requested);
    try {
      for (CallbackEvaluation evaluation : requested) {
        moment.outcomes().keep(evaluation, () -> run(evaluation, shared));
      }
    } finally {
      shared.clear();
    }
  }

  /** Runs no further evaluation, and no further attempt. */
  void cancel() {
    moment.evaluations().cancel();
  }

  /** Leaves all of them out; the callbacks end as after a failure that training tolerates. */
  void skip(String reason) {
    for (CallbackEvaluation evaluation : requested) {
      moment.failures().skip(evaluation.callback());
      moment
          .outcomes()
          .keep(
              evaluation,
              () -> {
                throw new SkippedEvaluation(MomentEvaluations.tag(evaluation), reason);
              });
    }
  }

  /** The names of the callbacks. */
  List<String> callbacks() {
    return requested.stream().map(CallbackEvaluation::callback).toList();
  }

  private EvaluationResults run(CallbackEvaluation evaluation, SharedEvaluations shared) {
    return shared
        .find(evaluation)
        .orElseGet(() -> moment.evaluations().alone(weighted(evaluation), progress));
  }

  private List<EvaluationResults> together(List<CallbackEvaluation> evaluations) {
    return moment
        .evaluations()
        .together(evaluations.stream().map(this::weighted).toList(), progress);
  }

  private Weighted weighted(CallbackEvaluation evaluation) {
    return new Weighted(evaluation, weightsOf(evaluation));
  }

  private String manifest(CallbackEvaluation evaluation) {
    return weightsOf(evaluation).manifest().hash();
  }

  private WeightSnapshot weightsOf(CallbackEvaluation evaluation) {
    return weights.getOrDefault(evaluation, moment.training()::weights).get();
  }
}
