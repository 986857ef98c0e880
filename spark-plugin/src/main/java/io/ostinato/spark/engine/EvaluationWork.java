package io.ostinato.spark.engine;

import io.ostinato.evaluation.BatchProcessor;
import io.ostinato.evaluation.BatchRunner;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.metric.Metric;
import io.ostinato.spark.plugin.OstinatoSettings;
import java.io.Serializable;
import java.util.ArrayList;

/**
 * What is done with each batch for one evaluation.
 *
 * @param datasetRows how many rows will be evaluated
 */
record EvaluationWork(
    EvaluationTag tag,
    BatchProcessor processor,
    ArrayList<Metric<?>> metrics,
    long datasetRows,
    long resultsLimitBytes)
    implements Serializable {

  static EvaluationWork of(EvaluationRequest request, long datasetRows, long resultsLimitBytes) {
    return new EvaluationWork(
        request.tag(),
        request.processor(),
        new ArrayList<>(request.metrics()),
        datasetRows,
        resultsLimitBytes);
  }

  BatchRunner runner() {
    return new BatchRunner(tag, processor, metrics);
  }

  /**
   * Ends an evaluation at its first batch, if that says that the driver can't have the results of
   * all.
   */
  void checkFirst(BatchRunner runner) {
    long rows = runner.outputs().get(0).rows();
    checkSize(OutcomeCodec.sizeBytes(runner.outputs()) / rows * datasetRows);
  }

  /**
   * Refuses results that are too large for the driver.
   *
   * @throws EvaluationException says the size, the limit and the ways out
   */
  void checkSize(long bytes) {
    if (bytes > resultsLimitBytes) {
      throw new EvaluationException(
          "%s: the results of %d rows have %d bytes, and %s is %d; reduce them where they are made,"
                  .formatted(
                      tag, datasetRows, bytes, OstinatoSettings.RESULTS_LIMIT, resultsLimitBytes)
              + " by overriding metrics(), or let the executors write them with"
              + " results().toParquet(path)");
    }
  }
}
