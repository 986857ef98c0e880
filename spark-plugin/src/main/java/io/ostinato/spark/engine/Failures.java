package io.ostinato.spark.engine;

import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.libraries.Reason;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import org.apache.hadoop.fs.FSError;

/**
 * What went wrong on an executor, out of what Spark wraps it in. An exception of a task comes to
 * the driver as a cause of Spark's own, with its fields: it is serialized as Java does. Where Spark
 * has its text alone, since the exception's class is missing here, the text says what went wrong.
 */
final class Failures {
  private Failures() {}

  /**
   * An evaluation's exception that says what the task's exception says. Spark's own, with the
   * executor and its log, stays attached.
   */
  static EvaluationException asEvaluationException(EvaluationTag tag, Throwable thrown) {
    return asEvaluationException(List.of(tag), thrown);
  }

  /** The same of evaluations that share a pass; names the one that failed, where one did. */
  static EvaluationException asEvaluationException(List<EvaluationTag> tags, Throwable thrown) {
    Throwable told = unwrapped(thrown);
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

  /** What went wrong itself. */
  static Throwable unwrapped(Throwable thrown) {
    Throwable told = thrown;
    while (isWrapper(told) && told.getCause() != null) {
      told = told.getCause();
    }
    return told;
  }

  private static String textOf(EvaluationException failure) {
    return Objects.requireNonNullElse(failure.getMessage(), failure.problem());
  }

  private static boolean isWrapper(Throwable thrown) {
    return thrown instanceof ExecutionException
        || thrown instanceof FSError // what Hadoop's local file system says of its disk
        || thrown.getClass().getName().startsWith("org.apache.spark.");
  }
}
