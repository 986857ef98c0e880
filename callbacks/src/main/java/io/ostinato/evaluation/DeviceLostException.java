package io.ostinato.evaluation;

/**
 * Thrown if this process can't use its device any more, so that it can only be replaced or
 * restarted.
 */
public final class DeviceLostException extends EvaluationException {
  private static final long serialVersionUID = 1;

  private final String device;
  private final String reason;

  DeviceLostException(EvaluationTag tag, String device, String reason, Throwable cause) {
    this(
        tag,
        device,
        reason,
        "this process can't use its device %s any more (%s); restart the process"
            .formatted(device, reason),
        cause);
  }

  private DeviceLostException(
      EvaluationTag tag, String device, String reason, String problem, Throwable cause) {
    super(tag, tag + ": " + problem, problem, cause);
    this.device = device;
    this.reason = reason;
  }

  /** The device, such as {@code gpu(0)}. */
  public String device() {
    return device;
  }

  /** Why it can't be used, on one line. */
  public String reason() {
    return reason;
  }
}
