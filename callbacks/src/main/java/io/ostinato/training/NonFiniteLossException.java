package io.ostinato.training;

import io.ostinato.schedule.TrainingIteration;

/** Thrown if the loss or the gradient is not a finite number; the weights are unchanged. */
public final class NonFiniteLossException extends RuntimeException {
  private static final long serialVersionUID = 1;

  NonFiniteLossException(String what, TrainingIteration last, int inARow) {
    super(
        "%s in the update after %s (%s in a row); lower the learning rate, clip the gradient, or allow"
                .formatted(what, last, inARow)
            + " skipping such updates with nonFiniteLoss(NonFiniteLoss.skipUpTo(n))");
  }
}
