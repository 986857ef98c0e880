package io.ostinato.spark.engine;

import io.ostinato.evaluation.BadRows;
import io.ostinato.evaluation.BatchOutput;
import io.ostinato.evaluation.BatchProcessor;
import io.ostinato.evaluation.BatchRunner;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationPolicy;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.FiniteResults;
import io.ostinato.metric.Metric;
import io.ostinato.spark.plugin.ResultsLimit;
import io.ostinato.weights.HostArray;
import java.io.Serializable;
import java.util.ArrayList;

/**
 * The processing of each batch for one evaluation.
 *
 * @param badRows whether rows that can't be read or processed are skipped
 * @param batchSize maximum number of rows in a batch
 * @param datasetRows number of rows to evaluate
 * @param policy what may happen when something goes wrong
 */
record EvaluationWork(
    EvaluationTag tag,
    BatchProcessor processor,
    ArrayList<Metric<?>> metrics,
    BadRows badRows,
    int batchSize,
    long datasetRows,
    ResultsLimit resultsLimit,
    EvaluationPolicy policy)
    implements Serializable {
  /** Maximum length of a byte array, minus room for a header. */
  private static final long MOST_OF_TASK = Integer.MAX_VALUE - (64L << 20);

  private static final String WAYS_OUT =
      "reduce them on the executors by overriding metrics(), or let the executors write them"
          + " with results().toParquet(path)";

  static EvaluationWork of(EvaluationRequest request, long datasetRows, ResultsLimit resultsLimit) {
    return new EvaluationWork(
        request.tag(),
        request.processor(),
        new ArrayList<>(request.metrics()),
        request.policy().badRows(),
        request.batchSize(),
        datasetRows,
        resultsLimit,
        request.policy());
  }

  BatchRunner runner() {
    return new BatchRunner(tag, processor, metrics, badRows);
  }

  /**
   * Fails an evaluation at its first batch if, extrapolated to the dataset, its results are too
   * large for the driver. Only arrays with one element per row are extrapolated; others don't grow
   * with the dataset. A batch of one row is skipped, as it can't tell the two apart, unless the
   * batch size is 1.
   */
  void checkFirst(BatchRunner runner) {
    BatchOutput first = runner.outputs().get(0);
    int rows = first.evaluated();
    if (rows == 0 || rows == 1 && batchSize > 1) {
      return;
    }
    long bytes =
        first.arrays().stream()
            .filter(array -> array.shape().dimension() > 0)
            .filter(array -> array.shape().get(0) == rows)
            .mapToLong(HostArray::sizeBytes)
            .sum();
    checkSize(bytes / rows * datasetRows);
  }

  /**
   * Checks that the results are not too large for the driver.
   *
   * @throws EvaluationException with the size, the limit and the remedies
   */
  void checkSize(long bytes) {
    if (bytes > resultsLimit.bytes()) {
      throw refusal("the results of %s rows take %s bytes".formatted(datasetRows, bytes));
    }
  }

  /**
   * Checks that the results of one task are not too large for the driver, or for a task to return.
   *
   * @throws EvaluationException with the size, the limit and the remedies
   */
  void checkTask(long bytes) {
    if (bytes > resultsLimit.bytes()) {
      throw refusal("the results of one task take %s bytes".formatted(bytes));
    } else if (bytes > MOST_OF_TASK) {
      throw EvaluationException.of(
          tag,
          "the results of one task take %s bytes, but a task can return at most %s; %s"
                  .formatted(bytes, MOST_OF_TASK, WAYS_OUT)
              + ", or divide the dataset into more partitions");
    }
  }

  /**
   * Checks the results of one batch that an executor writes.
   *
   * @throws EvaluationException if they must be finite and are not; names array and row
   */
  void checkFinite(BatchOutput output) {
    FiniteResults.check(tag, policy.nonFinite(), output.arrays(), output.firstRow(), output.rows());
  }

  private EvaluationException refusal(String size) {
    return EvaluationException.of(
        tag,
        "%s, and %s is %s; %s".formatted(size, resultsLimit.key(), resultsLimit.bytes(), WAYS_OUT));
  }
}
