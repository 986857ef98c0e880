package io.ostinato.evaluation;

import io.ostinato.libraries.Reason;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Repeats an evaluation that fails, as often as its policy allows. Each repeated attempt is logged
 * with the problem of the one before.
 */
public final class EvaluationRetries {
  private static final Logger log = LoggerFactory.getLogger(EvaluationRetries.class);

  private EvaluationRetries() {}

  /**
   * Runs an evaluation.
   *
   * @param attempt evaluates the same weights on the same data each time
   * @throws EvaluationException if the last attempt fails
   * @throws Error if the last attempt fails with one, such as an {@link OutOfMemoryError}
   */
  public static <T> T run(EvaluationTag tag, OnFailure policy, Supplier<T> attempt) {
    for (int failures = 1; ; failures++) {
      try {
        return attempt.get();
      } catch (EvaluationException | Error e) {
        Optional<EvaluationException> failure = failureOf(tag, e);
        if (failures > policy.retries() || failure.isEmpty()) {
          throw e;
        }
        log.warn(
            "{}: attempt {} of {} failed and is repeated: {}",
            tag,
            failures,
            policy.attempts(),
            failure.get().problem());
      }
    }
  }

  /**
   * The failure of an evaluation, if a policy can respond to what was thrown. That is an {@link
   * EvaluationException}, or an error that other evaluations need not have: too little memory, too
   * deep a stack, a class that can't be linked, or a failed assertion. Empty for others, and if
   * this thread was interrupted: its owner wants it to end.
   */
  public static Optional<EvaluationException> failureOf(EvaluationTag tag, Throwable thrown) {
    if (Thread.currentThread().isInterrupted()) {
      return Optional.empty();
    }
    if (thrown instanceof EvaluationException failure) {
      return Optional.of(failure);
    }
    boolean isOfEvaluation =
        thrown instanceof OutOfMemoryError
            || thrown instanceof StackOverflowError
            || thrown instanceof LinkageError
            || thrown instanceof AssertionError;
    return isOfEvaluation
        ? Optional.of(EvaluationException.failed(tag, Reason.of(thrown), thrown))
        : Optional.empty();
  }
}
