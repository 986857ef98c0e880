package io.ostinato.jobs.scoring;

import io.ostinato.evaluation.EvaluationPolicy;
import io.ostinato.jobs.data.DataSource;
import io.ostinato.metric.Metric;
import io.ostinato.spark.ml.ComparedColumns;
import java.util.List;

/**
 * How to evaluate a saved stage of Spark ML.
 *
 * @param data the rows that the stage transforms
 * @param dataset the name of the dataset in the keys of metrics
 * @param columns the columns to compare
 * @param metrics the metrics to compute, at least one
 * @param batchSize the number of rows that metrics read at a time, at least 1
 * @param policy what an evaluation may do when something goes wrong
 */
public record StageSpec(
    DataSource data,
    String dataset,
    ComparedColumns columns,
    List<Metric<?>> metrics,
    int batchSize,
    EvaluationPolicy policy) {
  /** The column with the outputs of Spark ML's own stages. */
  static final String DEFAULT_OUTPUT = "prediction";

  public StageSpec {
    metrics = List.copyOf(metrics);
  }
}
