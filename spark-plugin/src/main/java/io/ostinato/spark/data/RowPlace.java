package io.ostinato.spark.data;

import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.Portable;
import io.ostinato.spark.resident.TaskErrorException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The place of a row, for error messages. Rows are counted from 0 within their partition. */
record RowPlace(int partition, long row) {

  BadRowException refuse(String subject, String problem) {
    return refuse(subject, problem, null);
  }

  /**
   * As {@link #refuse(String, String)}, for an exception thrown for the row; it need not be
   * serializable. After an error of the Java machine the row is not bad, but the evaluation fails.
   *
   * @throws OutOfMemoryError if that is what was thrown, and is to end the executor
   */
  EvaluationException refuse(String subject, Throwable thrown) {
    String failed = "it failed with ";
    Optional<EvaluationException> failure =
        TaskErrorException.failure(at(subject) + failed, thrown);
    if (failure.isEmpty() && thrown instanceof OutOfMemoryError error) {
      throw error;
    }
    return failure.orElseGet(() -> refuse(subject, failed + thrown, Portable.of(thrown)));
  }

  private BadRowException refuse(String subject, String problem, @Nullable Throwable cause) {
    return new BadRowException(at(subject) + problem, "%s: %s".formatted(subject, problem), cause);
  }

  private String at(String subject) {
    return "%s, row %s of partition %s: ".formatted(subject, row, partition);
  }
}
