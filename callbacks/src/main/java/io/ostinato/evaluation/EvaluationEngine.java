package io.ostinato.evaluation;

import io.ostinato.progress.ProgressDisplay;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Runs evaluations.
 *
 * <p>Every implementation returns the same numbers for the same request, checks that each row was
 * evaluated exactly once, and leaves nothing of a failed evaluation behind. Thread-safe; whether
 * concurrent evaluations run in parallel depends on the engine.
 */
public interface EvaluationEngine extends AutoCloseable {

  /**
   * Runs an evaluation and waits for the results, which the caller must close.
   *
   * @throws EvaluationException if {@code processData} fails, the results can't be collated, or the
   *     dataset has no rows; the message names callback, iteration and the affected rows
   */
  EvaluationResults evaluate(EvaluationRequest request, ProgressDisplay progress);

  /**
   * Runs several requests for the same dataset, batch size, model and weights, in a single pass if
   * the engine supports that, and waits for all results, which the caller must close. They are in
   * the order of the requests. The numbers are the same as for each request on its own.
   *
   * @throws EvaluationException if one of them fails; no results are returned
   */
  default List<EvaluationResults> evaluateTogether(
      List<EvaluationRequest> requests, ProgressDisplay progress) {
    List<EvaluationResults> results = new ArrayList<>();
    try {
      requests.forEach(request -> results.add(evaluate(request, progress)));
      return results;
    } catch (RuntimeException | Error e) {
      results.forEach(EvaluationResults::discard);
      throw e;
    }
  }

  /**
   * Checks, before training starts, that this engine can evaluate on {@code data}. By default it
   * can.
   */
  default void check(String datasetKey, EvaluationData data) {}

  /**
   * Checks, before training starts, that this engine can deliver results to a target. By default it
   * can only collect them.
   *
   * @throws IllegalArgumentException if it can't; the message says how to fix that
   */
  default void check(ResultsTarget target) {
    if (target instanceof ResultsTarget.Parquet parquet) {
      throw new IllegalArgumentException(
          "results().toParquet('%s') requires executors to write files, but %s has none; use a"
                  .formatted(parquet.path(), getClass().getSimpleName())
              + " SparkEvaluationEngine, or omit toParquet(path) to collect the results");
    }
  }

  /** The versions of the software that it runs on, by name, for reports. Default: none. */
  default Map<String, String> versions() {
    return Map.of();
  }

  @Override
  default void close() {}
}
