package io.ostinato.training;

import io.ostinato.schedule.TrainingIteration;

/** The loss, or the gradient, is not a finite number; the weights are those of before. */
public final class NonFiniteLossException extends RuntimeException {
  private static final long serialVersionUID = 1;

  NonFiniteLossException(String what, TrainingIteration last, int inARow) {
    super(
        "%s in the update after %s (%s in a row); lower the learning rate, clip the gradient, or allow"
                .formatted(what, last, inARow)
            + " a number of such updates to be skipped with nonFiniteLoss(NonFiniteLoss.skipUpTo(n))");
  }
}
