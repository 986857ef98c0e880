package io.ostinato.evaluation;

/** An evaluation failed; the training that asked for it is untouched. */
public class EvaluationException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public EvaluationException(String message) {
    super(message);
  }

  public EvaluationException(String message, Throwable cause) {
    super(message, cause);
  }
}
