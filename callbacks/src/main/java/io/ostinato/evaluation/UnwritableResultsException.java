package io.ostinato.evaluation;

/** The row results of an evaluation can't be written where they are to go. */
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

  /** Where they were to go. */
  public String path() {
    return path;
  }

  /** Why they can't, without the path where that is told with it. */
  public String reason() {
    return reason;
  }
}
