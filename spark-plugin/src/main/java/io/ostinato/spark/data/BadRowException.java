package io.ostinato.spark.data;

import io.ostinato.evaluation.EvaluationException;
import org.jspecify.annotations.Nullable;

/** Thrown for a row that can't be turned into tensors. */
final class BadRowException extends EvaluationException {
  private static final long serialVersionUID = 1;

  private final String reason;

  /**
   * Creates a failure.
   *
   * @param message the full message, with the place of the row
   * @param reason the message without the place
   */
  BadRowException(String message, String reason, @Nullable Throwable cause) {
    super(null, message, message, cause);
    this.reason = reason;
  }

  String reason() {
    return reason;
  }
}
