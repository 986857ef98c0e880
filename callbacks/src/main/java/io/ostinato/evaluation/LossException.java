package io.ostinato.evaluation;

/** Thrown if a loss fails for a batch, or its result is not a scalar; see {@link LossCall}. */
public final class LossException extends RuntimeException {
  private static final long serialVersionUID = 1;

  LossException(String message) {
    super(message);
  }

  LossException(String message, Throwable cause) {
    super(message, cause);
  }
}
