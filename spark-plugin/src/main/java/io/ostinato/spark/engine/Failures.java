package io.ostinato.spark.engine;

import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.libraries.ExecutorLoss;
import io.ostinato.libraries.Reason;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FSError;

/**
 * Unwraps failures of executors from Spark's exceptions. Spark passes the exception of a task to
 * the driver, serialized by Java with its fields, as the cause of its own. If the exception's class
 * is missing on the driver, only its text is available, and the text is reported.
 */
final class Failures {
  private static final String SPARK = "org.apache.spark.";

  private Failures() {}

  /**
   * Converts to an evaluation's exception with the message of the task's exception. Spark's
   * exception, which names the executor and has its log, stays attached as the cause.
   */
  static EvaluationException asEvaluationException(EvaluationTag tag, Throwable thrown) {
    return asEvaluationException(List.of(tag), thrown);
  }

  /** Converts a failure of evaluations that share a pass; names the one that failed, if known. */
  static EvaluationException asEvaluationException(List<EvaluationTag> tags, Throwable thrown) {
    Throwable told = unwrapped(thrown);
    Optional<String> missing = MissingClasses.toldBy(told);
    if (missing.isPresent()) {
      return EvaluationException.failed(tags.get(0), missing.get(), thrown);
    }
    if (!(told instanceof EvaluationException failure)) {
      return EvaluationException.failed(tags.get(0), Reason.of(told), thrown);
    }
    EvaluationTag tag = failure.tag().orElse(null);
    if (tag == null || !tags.contains(tag)) {
      return EvaluationException.failed(tags.get(0), textOf(failure), thrown);
    }
    return failure == thrown
        ? failure
        : new EvaluationException(tag, textOf(failure), failure.problem(), thrown);
  }

  /** Converts what the thread of an evaluation catches; one of an evaluation stays as it is. */
  static EvaluationException caught(EvaluationTag tag, Exception e) {
    return caught(List.of(tag), e);
  }

  /** Converts what the thread of evaluations that share a pass catches. */
  static EvaluationException caught(List<EvaluationTag> tags, Exception e) {
    if (e instanceof InterruptedException interrupted) {
      return interrupted(tags.get(0), interrupted);
    }
    return e instanceof EvaluationException failure ? failure : asEvaluationException(tags, e);
  }

  /** Converts an interrupt of the thread that waits for an evaluation; the thread keeps it. */
  static EvaluationException interrupted(EvaluationTag tag, InterruptedException e) {
    Thread.currentThread().interrupt();
    return EvaluationException.of(tag, "the evaluation was interrupted", e);
  }

  /** Returns the innermost exception that is not a wrapper. */
  static Throwable unwrapped(Throwable thrown) {
    Throwable told = thrown;
    while (isWrapper(told) && told.getCause() != null) {
      told = told.getCause();
    }
    return told;
  }

  /** Whether a failure is one of Spark itself, and Spark doesn't say which executor was lost. */
  static boolean isOnlyOfSpark(EvaluationException failure) {
    Throwable cause = failure.getCause();
    if (cause == null) {
      return false;
    }
    Throwable told = unwrapped(cause);
    return told.getClass().getName().startsWith(SPARK)
        && ExecutorLoss.lineOf(Objects.requireNonNullElse(told.getMessage(), "")).isEmpty();
  }

  /** A throwable and its causes. */
  static Stream<Throwable> causes(Throwable thrown) {
    return Stream.iterate(thrown, Objects::nonNull, Throwable::getCause);
  }

  private static String textOf(EvaluationException failure) {
    return Objects.requireNonNullElse(failure.getMessage(), failure.problem());
  }

  private static boolean isWrapper(Throwable thrown) {
    return thrown instanceof ExecutionException
        || thrown instanceof FSError // thrown by Hadoop's local file system for disk errors
        || thrown.getClass().getName().startsWith(SPARK);
  }
}
