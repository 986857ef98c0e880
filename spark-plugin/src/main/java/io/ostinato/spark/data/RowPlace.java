package io.ostinato.spark.data;

import io.ostinato.evaluation.EvaluationException;

/** Where a row is; for errors. Rows count from 0 within their partition. */
record RowPlace(int partition, long row) {

  EvaluationException refuse(String subject, String problem) {
    return new EvaluationException(
        "%s, row %d of partition %d: %s".formatted(subject, row, partition, problem));
  }
}
