package io.ostinato.spark.ml;

import io.ostinato.callback.Invocation;
import io.ostinato.callback.PeriodicCallback;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.metric.Direction;
import io.ostinato.metric.Metric;
import io.ostinato.schedule.Schedule;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.ml.Transformer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Evaluates a stage of Spark ML periodically, and writes {@code {metric}/{dataset}}. The stage can
 * be another one each time, such as a predictor of the latest model that another process has
 * exported.
 */
public final class StageMetricCallback extends PeriodicCallback {
  private static final long serialVersionUID = 1;

  private final String dataset;
  private final transient StageEvaluator evaluator;
  private final transient Stages stages;
  private final transient Dataset<Row> rows;

  /** Provides the stage to evaluate. */
  @FunctionalInterface
  public interface Stages {

    /** The stage at a moment, on the driver. */
    Transformer at(Invocation at);
  }

  /**
   * Creates a callback.
   *
   * @param dataset the name of the rows in metric keys
   * @param stages provides the stage; a fixed one is {@code at -> stage}
   * @param rows what the stage transforms
   */
  public StageMetricCallback(
      Schedule schedule,
      String dataset,
      StageEvaluator evaluator,
      Stages stages,
      Dataset<Row> rows) {
    super("stage." + dataset, schedule);
    this.dataset = dataset;
    this.evaluator = evaluator;
    this.stages = stages;
    this.rows = rows;
  }

  @Override
  public Set<String> writesMetrics() {
    return evaluator.metrics().stream().map(this::key).collect(Collectors.toSet());
  }

  @Override
  public Map<String, Direction> directions() {
    return evaluator.metrics().stream()
        .filter(metric -> metric.direction().isPresent())
        .collect(
            Collectors.toMap(
                this::key, metric -> metric.direction().orElseThrow(), (first, same) -> first));
  }

  @Override
  protected void periodicCallback(Invocation at) {
    EvaluationTag tag = new EvaluationTag(name(), at.iteration(), dataset);
    try (EvaluationResults results = evaluator.evaluate(tag, stages.at(at), rows)) {
      results
          .metrics()
          .forEach((metric, value) -> writer().addScalar(metric + "/" + dataset, value));
    }
  }

  private String key(Metric<?> metric) {
    return metric.name() + "/" + dataset;
  }
}
