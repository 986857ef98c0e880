package io.ostinato.callback;

/**
 * Thrown if a callback requires a metric that is missing at the current moment because an
 * evaluation has failed and its policy lets training continue. If it leaves a hook, the callback
 * skips that hook at this moment and training continues.
 */
public final class MissingMetricException extends IllegalStateException {
  private static final long serialVersionUID = 1;

  MissingMetricException(String message) {
    super(message);
  }
}
