package io.ostinato.spark.engine;

import io.ostinato.evaluation.EvaluationException;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.spark.SparkEnv;

/**
 * An error of a task, such as a stack overflow or a missing class, as an exception. Spark ends the
 * process of a task that throws such an error, or an exception that it caused. In local mode that
 * is the driver's process, and on a cluster one executor after the other would be lost for a class
 * that none of them has.
 *
 * <p>An {@link OutOfMemoryError} is an exception only in local mode: elsewhere a new executor is
 * better than one whose memory is full.
 */
public final class TaskErrorException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final boolean lackOfMemory;

  private TaskErrorException(Throwable error, boolean lackOfMemory) {
    super(
        error.getClass().getSimpleName()
            + (error.getMessage() == null ? "" : ": " + error.getMessage()));
    this.lackOfMemory = lackOfMemory;
    setStackTrace(error.getStackTrace());
  }

  /**
   * Converts an exception or error that Spark would end the process for; returns any other as it
   * is. Causes are converted as well.
   */
  static Throwable survivable(Throwable thrown) {
    return survivable(thrown, SparkEnv.get() == null || isLocal(SparkEnv.get().executorId()));
  }

  /** Returns what to throw instead of a failure of a task; throws errors that stay as they are. */
  static RuntimeException toThrow(Throwable thrown) {
    Throwable survivable = survivable(thrown);
    if (survivable instanceof Error error) {
      throw error;
    }
    return survivable instanceof RuntimeException failure
        ? failure
        : new IllegalStateException(survivable);
  }

  private static boolean isLocal(String executor) {
    return executor.equals("driver");
  }

  /**
   * Like {@link #survivable(Throwable)}.
   *
   * @param local whether the process is the driver's
   */
  static Throwable survivable(Throwable thrown, boolean local) {
    return Stream.iterate(thrown, Objects::nonNull, Throwable::getCause)
        .filter(each -> endsProcess(each, local))
        .findFirst()
        .map(error -> converted(thrown, error))
        .orElse(thrown);
  }

  private static boolean endsProcess(Throwable thrown, boolean local) {
    return thrown instanceof StackOverflowError
        || thrown instanceof LinkageError
        || (local && thrown instanceof OutOfMemoryError);
  }

  private static Throwable converted(Throwable thrown, Throwable error) {
    TaskErrorException cause = new TaskErrorException(error, error instanceof OutOfMemoryError);
    return thrown instanceof EvaluationException failure
        ? new EvaluationException(
            failure.tag().orElse(null),
            String.valueOf(failure.getMessage()),
            failure.problem(),
            cause)
        : cause;
  }

  /** Whether the task needed more memory than the process has. */
  public boolean isLackOfMemory() {
    return lackOfMemory;
  }

  /** The error, without the name of this class. */
  @Override
  public String toString() {
    return String.valueOf(getMessage());
  }
}
