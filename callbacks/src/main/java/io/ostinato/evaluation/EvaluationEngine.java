package io.ostinato.evaluation;

import io.ostinato.progress.ProgressDisplay;

/**
 * Runs evaluations.
 *
 * <p>Every implementation gives the same numbers for the same request, checks that each row was
 * evaluated exactly once, and leaves nothing of a failed evaluation behind. One evaluation at a
 * time.
 */
public interface EvaluationEngine extends AutoCloseable {

  /**
   * Evaluates and waits for the results, which the caller closes.
   *
   * @throws EvaluationException if {@code processData} fails, the results can't be collated, or the
   *     dataset has no rows; names callback, iteration and the rows in question
   */
  EvaluationResults evaluate(EvaluationRequest request, ProgressDisplay progress);

  /** Says, before training starts, why this engine can't evaluate on {@code data}, if it can't. */
  default void check(String datasetKey, EvaluationData data) {}

  @Override
  default void close() {}
}
