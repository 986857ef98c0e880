package io.ostinato.tracking;

import io.ostinato.evaluation.Certificate;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.EvaluationTimings;
import io.ostinato.libraries.Reason;

/** How one evaluation went: a line of {@code evaluations.jsonl}. */
public sealed interface EvaluationRecord {

  /** An evaluation that has results. */
  record Evaluated(EvaluationTag tag, EvaluationTimings timings, Certificate certificate)
      implements EvaluationRecord {}

  /**
   * An evaluation that has none.
   *
   * @param reason the problem and its remedy
   */
  record Failed(EvaluationTag tag, String reason) implements EvaluationRecord {}

  /** Identifies the evaluation. */
  EvaluationTag tag();

  /** The record of an evaluation with these results, which may be closed. */
  static EvaluationRecord of(EvaluationTag tag, EvaluationResults results) {
    return new Evaluated(tag, results.timings(), results.certificate());
  }

  /** The record of an evaluation that has failed. */
  static EvaluationRecord failed(EvaluationTag tag, Throwable failure) {
    return new Failed(
        tag,
        failure instanceof EvaluationException evaluation
            ? evaluation.problem()
            : Reason.of(failure));
  }

  /** The same outcome under another tag. */
  default EvaluationRecord withTag(EvaluationTag other) {
    if (this instanceof Evaluated evaluated) {
      return new Evaluated(other, evaluated.timings(), evaluated.certificate());
    }
    return new Failed(other, ((Failed) this).reason());
  }
}
