package io.ostinato.training;

import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationTag;

/** Ends the hook of a callback whose evaluation was left out, without ending the training. */
final class SkippedEvaluation extends EvaluationException {
  private static final long serialVersionUID = 1;

  SkippedEvaluation(EvaluationTag tag, String reason) {
    super(tag, tag + ": " + reason, reason, null);
  }
}
