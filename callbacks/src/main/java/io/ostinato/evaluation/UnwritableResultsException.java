package io.ostinato.evaluation;

/** Thrown if the row results of an evaluation can't be written to their destination. */
public final class UnwritableResultsException extends EvaluationException {
  private static final long serialVersionUID = 1;

  private final String path;
  private final String reason;

  public UnwritableResultsException(
      EvaluationTag tag, String path, String reason, Throwable cause) {
    this(tag, path, reason, "can't write its results to '%s': %s".formatted(path, reason), cause);
  }

  private UnwritableResultsException(
      EvaluationTag tag, String path, String reason, String problem, Throwable cause) {
    super(tag, tag + ": " + problem, problem, cause);
    this.path = path;
    this.reason = reason;
  }

  /** The path of the destination. */
  public String path() {
    return path;
  }

  /** Why they can't be written, without the path. */
  public String reason() {
    return reason;
  }
}
