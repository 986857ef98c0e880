package io.ostinato.spark.ml;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import io.ostinato.callback.DataIteratorConfig;
import io.ostinato.evaluation.BatchProcessor;
import io.ostinato.evaluation.DataSelection;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.EvaluationPolicy;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.ResultsTarget;
import io.ostinato.metric.Metric;
import io.ostinato.model.EvaluationModel;
import io.ostinato.model.ModelSource;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.engine.SparkEvaluationEngine;
import io.ostinato.weights.WeightSnapshot;
import java.util.List;
import org.apache.spark.ml.Transformer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Evaluates any stage of Spark ML, such as a {@code PipelineModel} or a predictor of DJL's
 * extension for Spark: runs it over rows, and reduces its output columns to metrics on the
 * executors.
 *
 * @param columns the columns to compare
 * @param metrics the metrics, at least one
 * @param batchSize the number of rows that metrics read at a time, at least 1
 * @param policy what may happen when something goes wrong
 */
public record StageEvaluator(
    SparkEvaluationEngine engine,
    ComparedColumns columns,
    List<Metric<?>> metrics,
    int batchSize,
    EvaluationPolicy policy) {
  /** The engine runs no model: the stage has done so. */
  private static final ModelSource NO_MODEL =
      ModelSource.ofBlock(StageEvaluator::noModel, new Shape());

  private static final WeightSnapshot NO_WEIGHTS = WeightSnapshot.of(List.of());

  public StageEvaluator {
    metrics = List.copyOf(metrics);
    if (metrics.isEmpty()) {
      throw new IllegalArgumentException("a stage is evaluated by at least one metric");
    }
  }

  /** Creates an evaluator with the defaults. */
  public static StageEvaluator of(
      SparkEvaluationEngine engine, ComparedColumns columns, Metric<?>... metrics) {
    return new StageEvaluator(
        engine,
        columns,
        List.of(metrics),
        DataIteratorConfig.DEFAULT_BATCH_SIZE,
        EvaluationPolicy.exact());
  }

  private static Block noModel() {
    return Blocks.identityBlock();
  }

  /**
   * Runs a stage over rows and returns the metrics of its outputs.
   *
   * @throws IllegalArgumentException if the stage refuses the rows, there are none, or a column is
   *     missing or can't be compared
   * @throws io.ostinato.evaluation.EvaluationException if the evaluation fails
   */
  public EvaluationResults evaluate(EvaluationTag tag, Transformer stage, Dataset<Row> rows) {
    return evaluate(tag, stage.transform(rows), ProgressDisplay.silent());
  }

  /** Returns the metrics of rows that a stage has transformed. */
  public EvaluationResults evaluate(
      EvaluationTag tag, Dataset<Row> transformed, ProgressDisplay display) {
    SparkDataset data = ComparedRows.of(transformed, columns, metrics);
    EvaluationRequest request =
        new EvaluationRequest(
            tag,
            data,
            batchSize,
            NO_MODEL,
            NO_WEIGHTS,
            new ReadColumns(),
            metrics,
            ResultsTarget.collected(),
            DataSelection.everything(),
            policy);
    try {
      return engine.evaluate(request, display);
    } finally {
      engine.release(data);
    }
  }

  /** Returns the columns of a batch, which have the names that metrics read. */
  private record ReadColumns() implements BatchProcessor {
    @Override
    public NDList process(EvaluationBatch batch, EvaluationModel model) {
      NDList results = new NDList();
      for (String name : batch.names()) {
        NDArray column = batch.get(name);
        NDArray view = column.reshape(column.getShape());
        view.setName(name);
        results.add(view);
      }
      return results;
    }
  }
}
