package io.ostinato.evaluation;

/** A loss failed for a batch, or gave something else than a number; see {@link LossCall}. */
public final class LossException extends RuntimeException {
  private static final long serialVersionUID = 1;

  LossException(String message) {
    super(message);
  }

  LossException(String message, Throwable cause) {
    super(message, cause);
  }
}
