package io.ostinato.evaluation;

import io.ostinato.progress.ProgressDisplay;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs evaluations.
 *
 * <p>Every implementation gives the same numbers for the same request, checks that each row was
 * evaluated exactly once, and leaves nothing of a failed evaluation behind. Thread-safe; whether
 * evaluations that are asked for at the same time run side by side is up to the engine.
 */
public interface EvaluationEngine extends AutoCloseable {

  /**
   * Evaluates and waits for the results, which the caller closes.
   *
   * @throws EvaluationException if {@code processData} fails, the results can't be collated, or the
   *     dataset has no rows; names callback, iteration and the rows in question
   */
  EvaluationResults evaluate(EvaluationRequest request, ProgressDisplay progress);

  /**
   * Evaluates several requests of the same dataset, batch size, model and weights, at one go where
   * the engine can, and waits for the results of all, which the caller closes; they are in the
   * order of the requests. The numbers are those that each request gives on its own.
   *
   * @throws EvaluationException if one of them fails; there are no results then
   */
  default List<EvaluationResults> evaluateTogether(
      List<EvaluationRequest> requests, ProgressDisplay progress) {
    List<EvaluationResults> results = new ArrayList<>();
    try {
      requests.forEach(request -> results.add(evaluate(request, progress)));
      return results;
    } catch (RuntimeException | Error e) {
      results.forEach(EvaluationResults::close);
      throw e;
    }
  }

  /** Says, before training starts, why this engine can't evaluate on {@code data}, if it can't. */
  default void check(String datasetKey, EvaluationData data) {}

  /**
   * Says, before training starts, why this engine can't bring results there, if it can't. It can
   * have them collected, unless it says more.
   *
   * @throws IllegalArgumentException if it can't; says what will do
   */
  default void check(ResultsTarget target) {
    if (target instanceof ResultsTarget.Parquet parquet) {
      throw new IllegalArgumentException(
          "results().toParquet('%s') needs executors that write, and %s has none; train with a"
                  .formatted(parquet.path(), getClass().getSimpleName())
              + " SparkEvaluationEngine, or leave toParquet(path) out to have the results"
              + " collected");
    }
  }

  @Override
  default void close() {}
}
