package io.ostinato.evaluation;

import java.util.List;

/** Checks that batches in dataset order cover every row exactly once. */
public final class RowCheck {
  private RowCheck() {}

  /**
   * The number of rows that the batches cover.
   *
   * @throws EvaluationException if a row is missing or covered twice, or if there is none
   */
  public static long check(EvaluationTag tag, List<BatchOutput> batches, long expectedRows) {
    long next = 0;
    for (BatchOutput batch : batches) {
      if (batch.firstRow() != next) {
        throw new EvaluationException(
            "%s: row %s should come next, but the next batch starts at row %s"
                .formatted(tag, next, batch.firstRow()));
      }
      next += batch.rows();
    }
    if (next != expectedRows) {
      throw new EvaluationException(
          "%s: %s rows were evaluated of %s".formatted(tag, next, expectedRows));
    }
    if (next == 0) {
      throw new EvaluationException(
          "%s: the dataset is empty; an evaluation needs at least one row".formatted(tag));
    }
    return next;
  }
}
