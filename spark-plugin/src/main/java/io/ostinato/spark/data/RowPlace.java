package io.ostinato.spark.data;

import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.Portable;

/** Where a row is; for errors. Rows count from 0 within their partition. */
record RowPlace(int partition, long row) {

  EvaluationException refuse(String subject, String problem) {
    return new EvaluationException(message(subject, problem));
  }

  /** As {@link #refuse(String, String)}, for what was thrown there; it need not be serializable. */
  EvaluationException refuse(String subject, Throwable thrown) {
    return new EvaluationException(
        message(subject, "it failed with " + thrown), Portable.of(thrown));
  }

  private String message(String subject, String problem) {
    return "%s, row %s of partition %s: %s".formatted(subject, row, partition, problem);
  }
}
