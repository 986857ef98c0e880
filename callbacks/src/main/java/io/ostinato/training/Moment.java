package io.ostinato.training;

import io.ostinato.callback.MomentMetrics;
import io.ostinato.tracking.PendingEvaluations;
import io.ostinato.tracking.PendingMetrics;
import io.ostinato.training.CallbackRun.Purpose;

/**
 * What callbacks see and leave behind at one moment, until it is complete. The moment is the
 * present one of its training until training goes on without its completion.
 */
final class Moment {
  private final PendingMetrics metrics = new PendingMetrics();
  private final PendingMedia media = new PendingMedia();
  private final MeasuredWeights measured = new MeasuredWeights();
  private final PendingEvaluations records;
  private final PendingCheckpoints checkpoints;
  private final EvaluationFailures failures;
  private final MomentEvaluations evaluations;
  private final MomentMetrics metricsView;
  private final EvaluationOutcomes outcomes = new EvaluationOutcomes();
  private TrainingView training;

  /**
   * Creates the present moment of a training.
   *
   * @param source creates the checkpoints of the moment
   */
  Moment(
      TrainingSettings settings,
      Purpose purpose,
      TrainingView present,
      PendingCheckpoints.Source source) {
    this.training = present;
    this.records = new PendingEvaluations(settings.clock());
    this.checkpoints = new PendingCheckpoints(settings.checkpoints(), source);
    this.failures = new EvaluationFailures(purpose);
    this.evaluations = new MomentEvaluations(settings, records, failures, measured);
    this.metricsView =
        new MomentMetrics(metrics::values, failures::callbacks, failures::skippedCallbacks);
  }

  /** The training at this moment. */
  TrainingView training() {
    return training;
  }

  /** Called when training goes on. */
  void isPast(TrainingView then, PendingCheckpoints.Source source) {
    training = then;
    checkpoints.from(source);
  }

  PendingMetrics metrics() {
    return metrics;
  }

  MomentMetrics metricsView() {
    return metricsView;
  }

  PendingMedia media() {
    return media;
  }

  MeasuredWeights measured() {
    return measured;
  }

  PendingEvaluations records() {
    return records;
  }

  PendingCheckpoints checkpoints() {
    return checkpoints;
  }

  EvaluationFailures failures() {
    return failures;
  }

  MomentEvaluations evaluations() {
    return evaluations;
  }

  /** The evaluations of this moment that have run beside training. */
  EvaluationOutcomes outcomes() {
    return outcomes;
  }

  /** Frees what is left of a moment that is complete or discarded. */
  void close() {
    outcomes.close();
    checkpoints.discard();
    training.close();
  }

  /** Whether nothing of this moment has to be written. */
  boolean isEmpty() {
    return metrics.values().isEmpty()
        && media.isEmpty()
        && records.isEmpty()
        && checkpoints.isEmpty();
  }
}
