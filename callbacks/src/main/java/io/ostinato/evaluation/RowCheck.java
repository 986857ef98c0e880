package io.ostinato.evaluation;

import java.util.List;

/** Checks that batches in dataset order cover every row exactly once. */
public final class RowCheck {
  private RowCheck() {}

  /**
   * Checks the batches, and returns the number of rows they cover, including skipped ones.
   *
   * @throws EvaluationException if a row is missing or covered twice, or if there are no rows
   */
  public static long check(EvaluationTag tag, List<BatchOutput> batches, long expectedRows) {
    long next = 0;
    for (BatchOutput batch : batches) {
      if (batch.firstRow() != next) {
        throw EvaluationException.of(
            tag,
            "expected row %s next, but the next batch starts at row %s"
                .formatted(next, batch.firstRow()));
      }
      next += batch.rows();
    }
    if (next != expectedRows) {
      throw EvaluationException.of(
          tag, "%s rows were evaluated, but the dataset has %s".formatted(next, expectedRows));
    }
    if (next == 0) {
      throw EvaluationException.of(
          tag, "the dataset is empty; an evaluation requires at least one row");
    }
    return next;
  }
}
