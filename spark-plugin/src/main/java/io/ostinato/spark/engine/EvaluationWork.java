package io.ostinato.spark.engine;

import io.ostinato.evaluation.BatchOutput;
import io.ostinato.evaluation.BatchProcessor;
import io.ostinato.evaluation.BatchRunner;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.metric.Metric;
import io.ostinato.spark.plugin.ResultsLimit;
import io.ostinato.weights.HostArray;
import java.io.Serializable;
import java.util.ArrayList;

/**
 * What is done with each batch for one evaluation.
 *
 * @param batchSize the most rows of a batch
 * @param datasetRows how many rows will be evaluated
 */
record EvaluationWork(
    EvaluationTag tag,
    BatchProcessor processor,
    ArrayList<Metric<?>> metrics,
    int batchSize,
    long datasetRows,
    ResultsLimit resultsLimit)
    implements Serializable {
  /** What an array of bytes can have, less a head. */
  private static final long MOST_OF_TASK = Integer.MAX_VALUE - (64L << 20);

  private static final String WAYS_OUT =
      "reduce them where they are made, by overriding metrics(), or let the executors write them"
          + " with results().toParquet(path)";

  static EvaluationWork of(EvaluationRequest request, long datasetRows, ResultsLimit resultsLimit) {
    return new EvaluationWork(
        request.tag(),
        request.processor(),
        new ArrayList<>(request.metrics()),
        request.batchSize(),
        datasetRows,
        resultsLimit);
  }

  BatchRunner runner() {
    return new BatchRunner(tag, processor, metrics);
  }

  /**
   * Ends an evaluation at its first batch, if that says that the driver can't have the results of
   * all. Only what a batch has one of for each of its rows grows with the dataset; in a batch of
   * one row that can't be told, unless all batches are such.
   */
  void checkFirst(BatchRunner runner) {
    BatchOutput first = runner.outputs().get(0);
    if (first.rows() == 1 && batchSize > 1) {
      return;
    }
    long bytes =
        first.arrays().stream()
            .filter(array -> array.shape().dimension() > 0)
            .filter(array -> array.shape().get(0) == first.rows())
            .mapToLong(HostArray::sizeBytes)
            .sum();
    checkSize(bytes / first.rows() * datasetRows);
  }

  /**
   * Refuses results that are too large for the driver.
   *
   * @throws EvaluationException says the size, the limit and the ways out
   */
  void checkSize(long bytes) {
    if (bytes > resultsLimit.bytes()) {
      throw refusal("the results of %s rows have %s bytes".formatted(datasetRows, bytes));
    }
  }

  /**
   * Refuses results of one task that are too large for the driver, or for what a task can return.
   *
   * @throws EvaluationException says the size, the limit and the ways out
   */
  void checkTask(long bytes) {
    if (bytes > resultsLimit.bytes()) {
      throw refusal("the results of one task have %s bytes".formatted(bytes));
    } else if (bytes > MOST_OF_TASK) {
      throw EvaluationException.of(
          tag,
          "the results of one task have %s bytes, and a task can return %s; %s"
                  .formatted(bytes, MOST_OF_TASK, WAYS_OUT)
              + ", or divide the dataset into more partitions");
    }
  }

  private EvaluationException refusal(String size) {
    return EvaluationException.of(
        tag,
        "%s, and %s is %s; %s".formatted(size, resultsLimit.key(), resultsLimit.bytes(), WAYS_OUT));
  }
}
