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
        throw EvaluationException.of(
            tag,
            "row %s should come next, but the next batch starts at row %s"
                .formatted(next, batch.firstRow()));
      }
      next += batch.rows();
    }
    if (next != expectedRows) {
      throw EvaluationException.of(
          tag, "%s rows were evaluated of %s".formatted(next, expectedRows));
    }
    if (next == 0) {
      throw EvaluationException.of(
          tag, "the dataset is empty; an evaluation needs at least one row");
    }
    return next;
  }
}
