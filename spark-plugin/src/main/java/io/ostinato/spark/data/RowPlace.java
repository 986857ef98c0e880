package io.ostinato.spark.data;

import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.Portable;

/** The place of a row, for error messages. Rows are counted from 0 within their partition. */
record RowPlace(int partition, long row) {

  EvaluationException refuse(String subject, String problem) {
    return new EvaluationException(message(subject, problem));
  }

  /**
   * As {@link #refuse(String, String)}, for an exception thrown for the row; it need not be
   * serializable.
   */
  EvaluationException refuse(String subject, Throwable thrown) {
    return new EvaluationException(
        message(subject, "it failed with " + thrown), Portable.of(thrown));
  }

  private String message(String subject, String problem) {
    return "%s, row %s of partition %s: %s".formatted(subject, row, partition, problem);
  }
}
