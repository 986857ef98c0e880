package io.ostinato.spark.engine;

import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.libraries.Reason;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.apache.hadoop.fs.FSError;

/** What went wrong on an executor, out of what Spark wraps it in. */
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
    String message = textOf(unwrapped(thrown));
    if (thrown instanceof EvaluationException e && isAbout(tags, message)) {
      return e;
    }
    return new EvaluationException(about(tags, message), thrown);
  }

  /** What went wrong itself. */
  static Throwable unwrapped(Throwable thrown) {
    Throwable told = thrown;
    while (isWrapper(told) && told.getCause() != null) {
      told = told.getCause();
    }
    return told;
  }

  /** Only our own messages say all. */
  private static String textOf(Throwable told) {
    String message = told.getMessage();
    return told instanceof EvaluationException && message != null ? message : Reason.of(told);
  }

  private static String about(List<EvaluationTag> tags, String message) {
    return isAbout(tags, message) ? message : tags.get(0) + " failed: " + message;
  }

  private static boolean isAbout(List<EvaluationTag> tags, String message) {
    return tags.stream().anyMatch(tag -> message.contains(tag.toString()));
  }

  private static boolean isWrapper(Throwable thrown) {
    return thrown instanceof ExecutionException
        || thrown instanceof FSError // what Hadoop's local file system says of its disk
        || thrown.getClass().getName().startsWith("org.apache.spark.");
  }
}
