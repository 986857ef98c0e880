package io.ostinato.jobs.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.metric.MetricBatch;
import io.ostinato.model.EvaluationModel;

/** What callbacks do with a batch. */
final class Processors {
  private Processors() {}

  static NDList predictions(EvaluationBatch batch, EvaluationModel model) {
    return new NDList(model.forward(batch.get("x")).argMax(1));
  }

  static NDList hits(EvaluationBatch batch, EvaluationModel model) {
    return new NDList(model.forward(batch.get("x")).argMax(1).eq(batch.get("class")));
  }

  static NDList largest(EvaluationBatch batch, EvaluationModel model) {
    return new NDList(model.forward(batch.get("x")).max(new int[] {1}));
  }

  static NDList probabilities(EvaluationBatch batch, EvaluationModel model) {
    return new NDList(model.forward(batch.get("x")).softmax(1).max(new int[] {1}));
  }

  /** For a {@link LargeNet}. */
  static NDList withTable(EvaluationBatch batch, EvaluationModel model) {
    NDArray logits = model.forward(new NDList(batch.get("x"), batch.get("class"))).head();
    return new NDList(logits.argMax(1));
  }

  /** For a {@link LargeNet}: its predictions and its inputs. */
  static NDList inputsWithTable(EvaluationBatch batch, EvaluationModel model) {
    NDArray predictions = withTable(batch, model).head();
    predictions.setName("predictions");
    NDArray inputs = batch.get("x").duplicate();
    inputs.setName("inputs");
    return new NDList(predictions, inputs);
  }

  static NDList forMetrics(EvaluationBatch batch, EvaluationModel model) {
    return forMetrics(model.forward(batch.get("x")), batch);
  }

  /** For a {@link LargeNet}. */
  static NDList forMetricsWithTable(EvaluationBatch batch, EvaluationModel model) {
    return forMetrics(model.forward(new NDList(batch.get("x"), batch.get("class"))).head(), batch);
  }

  private static NDList forMetrics(NDArray outputs, EvaluationBatch batch) {
    outputs.setName(MetricBatch.OUTPUTS);
    NDArray targets = batch.get("class").toType(DataType.INT64, true);
    targets.setName(MetricBatch.TARGETS);
    return new NDList(outputs, targets);
  }
}
