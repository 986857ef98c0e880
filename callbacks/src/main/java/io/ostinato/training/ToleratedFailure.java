package io.ostinato.training;

import io.ostinato.evaluation.EvaluationException;

/**
 * Ends the hook of a callback whose evaluation has failed, without ending the training; the failure
 * has been logged and recorded.
 */
final class ToleratedFailure extends EvaluationException {
  private static final long serialVersionUID = 1;

  ToleratedFailure(EvaluationException failure) {
    super(
        failure.tag().orElse(null),
        String.valueOf(failure.getMessage()),
        failure.problem(),
        failure);
  }
}
