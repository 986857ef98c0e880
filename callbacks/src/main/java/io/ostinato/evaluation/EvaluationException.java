package io.ostinato.evaluation;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An evaluation failed; the training that asked for it is untouched. Which evaluation it is and
 * what went wrong are values, which travel from executors to the driver as the message does, so
 * nobody needs to look for them in the message.
 */
public class EvaluationException extends RuntimeException {
  private static final long serialVersionUID = 2;

  private final @Nullable EvaluationTag tag;
  private final String problem;

  /** A failure whose evaluation isn't known where it happens: of a dataset's rows, say. */
  public EvaluationException(String problem) {
    this(null, problem, problem, null);
  }

  /** As {@link #EvaluationException(String)}, with a cause. */
  public EvaluationException(String problem, Throwable cause) {
    this(null, problem, problem, cause);
  }

  /**
   * A failure of one evaluation.
   *
   * @param tag of the evaluation; null where it isn't known
   * @param message all that is shown
   * @param problem what of the message doesn't say which evaluation it is
   * @param cause null for none
   */
  public EvaluationException(
      @Nullable EvaluationTag tag, String message, String problem, @Nullable Throwable cause) {
    super(message, cause);
    this.tag = tag;
    this.problem = problem;
  }

  /** A failure that is told as {@code <evaluation>: <problem>}. */
  public static EvaluationException of(EvaluationTag tag, String problem) {
    return new EvaluationException(tag, tag + ": " + problem, problem, null);
  }

  /** As {@link #of(EvaluationTag, String)}, with a cause. */
  public static EvaluationException of(EvaluationTag tag, String problem, Throwable cause) {
    return new EvaluationException(tag, tag + ": " + problem, problem, cause);
  }

  /** A failure that is told as {@code <evaluation> failed: <problem>}. */
  public static EvaluationException failed(EvaluationTag tag, String problem, Throwable cause) {
    return new EvaluationException(tag, tag + " failed: " + problem, problem, cause);
  }

  /** Which evaluation failed, where that is known. */
  public Optional<EvaluationTag> tag() {
    return Optional.ofNullable(tag);
  }

  /** What went wrong, and what helps; without the evaluation's name. */
  public String problem() {
    return problem;
  }
}
