package io.ostinato.evaluation;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Thrown if an evaluation fails; the training that requested it is unaffected. The evaluation and
 * the problem are fields, which are sent from executors to the driver like the message, so they
 * need not be parsed from it.
 */
public class EvaluationException extends RuntimeException {
  private static final long serialVersionUID = 2;

  private final @Nullable EvaluationTag tag;
  private final String problem;

  /**
   * A failure for which the evaluation is unknown where it occurs, such as in the rows of a
   * dataset.
   */
  public EvaluationException(String problem) {
    this(null, problem, problem, null);
  }

  /** Like {@link #EvaluationException(String)}, with a cause. */
  public EvaluationException(String problem, Throwable cause) {
    this(null, problem, problem, cause);
  }

  /**
   * A failure of an evaluation.
   *
   * @param tag identifies the evaluation; null if unknown
   * @param message the full message
   * @param problem the message without the part that identifies the evaluation
   * @param cause the cause; null for none
   */
  public EvaluationException(
      @Nullable EvaluationTag tag, String message, String problem, @Nullable Throwable cause) {
    super(message, cause);
    this.tag = tag;
    this.problem = problem;
  }

  /** A failure with the message {@code <evaluation>: <problem>}. */
  public static EvaluationException of(EvaluationTag tag, String problem) {
    return new EvaluationException(tag, tag + ": " + problem, problem, null);
  }

  /** Like {@link #of(EvaluationTag, String)}, with a cause. */
  public static EvaluationException of(EvaluationTag tag, String problem, Throwable cause) {
    return new EvaluationException(tag, tag + ": " + problem, problem, cause);
  }

  /** A failure with the message {@code <evaluation> failed: <problem>}. */
  public static EvaluationException failed(EvaluationTag tag, String problem, Throwable cause) {
    return new EvaluationException(tag, tag + " failed: " + problem, problem, cause);
  }

  /** Identifies the failed evaluation, if known. */
  public Optional<EvaluationTag> tag() {
    return Optional.ofNullable(tag);
  }

  /** The problem and the remedy, without the evaluation. */
  public String problem() {
    return problem;
  }
}
