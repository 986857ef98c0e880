package io.ostinato.spark.resident;

import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.MissingClassException;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

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

  private TaskErrorException(Throwable error) {
    super(
        error.getClass().getSimpleName()
            + (error.getMessage() == null ? "" : ": " + error.getMessage()));
    this.lackOfMemory = error instanceof OutOfMemoryError;
    setStackTrace(error.getStackTrace());
  }

  /** Returns what to throw instead of a failure of a task; throws errors that stay as they are. */
  public static RuntimeException toThrow(Throwable thrown) {
    Throwable survivable = survivable(thrown, LocalMode.isHere());
    if (survivable instanceof Error error) {
      throw error;
    }
    return survivable instanceof RuntimeException failure
        ? failure
        : new IllegalStateException(survivable);
  }

  /**
   * The failure of an evaluation, with a remedy, that is thrown instead of an exception or error
   * that Spark would end the process for; empty for any other.
   *
   * @param problem the beginning of the message, before the exception
   */
  public static Optional<EvaluationException> failure(String problem, Throwable thrown) {
    return in(thrown, LocalMode.isHere())
        .map(
            error -> {
              String cause = error == thrown ? "" : ", caused by " + error;
              return new EvaluationException(
                  "%s%s%s%s".formatted(problem, thrown, cause, remedyOf(error)),
                  new TaskErrorException(error));
            });
  }

  /**
   * Whether an exception or error is one of the Java machine, such as a lack of memory, or was
   * caused by one.
   */
  public static boolean isIn(Throwable thrown) {
    return in(thrown, true).isPresent();
  }

  /**
   * Converts an exception or error that Spark would end the process for; returns any other as it
   * is. Causes are converted as well.
   *
   * @param local whether the process is the driver's
   */
  static Throwable survivable(Throwable thrown, boolean local) {
    return in(thrown, local).map(error -> converted(thrown, error)).orElse(thrown);
  }

  private static Optional<Error> in(Throwable thrown, boolean local) {
    return Stream.iterate(thrown, Objects::nonNull, Throwable::getCause)
        .filter(each -> endsProcess(each, local))
        .map(Error.class::cast)
        .findFirst();
  }

  private static boolean endsProcess(Throwable thrown, boolean local) {
    return thrown instanceof OutOfMemoryError
        ? local
        : thrown instanceof VirtualMachineError
            || thrown instanceof LinkageError
            || thrown instanceof ThreadDeath;
  }

  private static Throwable converted(Throwable thrown, Error error) {
    TaskErrorException cause = new TaskErrorException(error);
    if (thrown instanceof MissingClassException missing) {
      return new MissingClassException(missing.className(), cause);
    }
    return thrown instanceof EvaluationException failure
        ? new EvaluationException(
            failure.tag().orElse(null),
            String.valueOf(failure.getMessage()),
            failure.problem(),
            cause)
        : cause;
  }

  private static String remedyOf(Error error) {
    if (error instanceof StackOverflowError) {
      return "; increase the stack of threads with -Xss in spark.executor.extraJavaOptions (in local"
          + " mode, in spark.driver.extraJavaOptions), or make the recursion less deep";
    }
    if (error instanceof OutOfMemoryError) {
      return "; increase spark.driver.memory, which tasks use in local mode, or reduce the batch"
          + " size";
    }
    return error instanceof LinkageError
        ? "; add the jars that the executors lack with --jars, or to spark.jars"
        : "";
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
