package io.ostinato.evaluation;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Thrown if an evaluation takes longer than the deadline of its policy; it has been cancelled. */
public final class DeadlineExceededException extends EvaluationException {
  private static final long serialVersionUID = 1;

  private DeadlineExceededException(EvaluationTag tag, String problem, @Nullable Throwable cause) {
    super(tag, tag + ": " + problem, problem, cause);
  }

  /**
   * A missed deadline.
   *
   * @param elapsed the time since the evaluation began
   * @param done how far it was, such as {@code 120 of 1000 rows were done; still running: …}
   * @param cause what its cancellation caused; null for nothing
   */
  public static DeadlineExceededException of(
      EvaluationTag tag,
      Duration deadline,
      Duration elapsed,
      String done,
      @Nullable Throwable cause) {
    return new DeadlineExceededException(
        tag,
        "the evaluation was cancelled after %s, because its deadline is %s: %s; set a longer"
                .formatted(text(elapsed), text(deadline), done)
            + " deadline, or find out what processData or the data waits for",
        cause);
  }

  /** A duration in seconds, or in milliseconds if it isn't a whole number of seconds. */
  private static String text(Duration duration) {
    return duration.toMillis() % 1000 == 0
        ? duration.toSeconds() + " s"
        : duration.toMillis() + " ms";
  }
}
