package io.ostinato.training;

import io.ostinato.callback.CallbackEvaluation;
import io.ostinato.evaluation.EvaluationEngine;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.ResultsTarget;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.tracking.PendingEvaluations;
import io.ostinato.weights.WeightSnapshot;
import java.util.List;

/**
 * Runs the evaluations of one moment, by their policies. Not thread-safe: used by the training
 * thread, or by the thread that runs them beside training.
 */
final class MomentEvaluations {
  private final TrainingSettings settings;
  private final EvaluationEngine engine;
  private final EvaluationFailures failures;
  private final MeasuredWeights measured;
  private volatile boolean isCancelled;

  MomentEvaluations(
      TrainingSettings settings,
      PendingEvaluations records,
      EvaluationFailures failures,
      MeasuredWeights measured) {
    this.settings = settings;
    this.engine = new RecordedEngine(settings.engine(), records);
    this.failures = failures;
    this.measured = measured;
  }

  /** An evaluation, and the weights that it uses. */
  record Weighted(CallbackEvaluation evaluation, WeightSnapshot weights) {}

  /** Runs no further evaluation, and no further attempt; called on any thread. */
  void cancel() {
    isCancelled = true;
  }

  EvaluationResults alone(Weighted evaluation, ProgressDisplay progress) {
    return failures.run(
        request(evaluation),
        request -> {
          checkNotCancelled(request.tag());
          return engine.evaluate(request, progress);
        });
  }

  private void checkNotCancelled(EvaluationTag tag) {
    if (isCancelled) {
      throw EvaluationException.of(tag, "it was cancelled");
    }
  }

  List<EvaluationResults> together(List<Weighted> evaluations, ProgressDisplay progress) {
    return failures.runTogether(
        evaluations.stream().map(this::request).toList(),
        requests -> {
          checkNotCancelled(requests.get(0).tag());
          return engine.evaluateTogether(requests, progress);
        });
  }

  static EvaluationTag tag(CallbackEvaluation evaluation) {
    return new EvaluationTag(
        evaluation.callback(), evaluation.at().iteration(), evaluation.config().datasetKey());
  }

  private EvaluationRequest request(Weighted weighted) {
    CallbackEvaluation evaluation = weighted.evaluation();
    return new EvaluationRequest(
        tag(evaluation),
        settings.data().evaluation(evaluation.config().datasetKey()),
        evaluation.config().batchSize(),
        settings.model(),
        measured.asked(weighted.weights()),
        evaluation.processor(),
        evaluation.metrics(),
        target(evaluation),
        evaluation.config().selection(),
        evaluation.config().policy());
  }

  /**
   * Replaces earlier results in a training that is resumed or started again, which reaches
   * evaluated moments again.
   */
  private ResultsTarget target(CallbackEvaluation evaluation) {
    ResultsTarget target = evaluation.config().target();
    boolean wasBegun = !settings.resumeFrom().isEmpty() || settings.start().again();
    boolean again = wasBegun && evaluation.at().isScheduled();
    return again ? target.replacing() : target;
  }
}
