package io.ostinato.spark.chaos;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.ostinato.evaluation.BatchProcessor;
import io.ostinato.evaluation.DataSelection;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.metric.Average;
import io.ostinato.metric.Metric;
import io.ostinato.metric.MetricBatch;
import io.ostinato.metric.Metrics;
import io.ostinato.metric.OutputKind;
import io.ostinato.model.EvaluationModel;
import java.util.List;
import java.util.Random;

/** What an evaluation returns, and how. */
enum Kind {
  /** The driver collects an array for all rows. */
  COLLECTED,
  /** The driver receives states of metrics. */
  METRICS,
  /** Several evaluations have one pass in common. */
  SHARED_PASS,
  /** The executors write files. */
  WRITTEN,
  /** Only the first rows are evaluated. */
  FIRST_ROWS,
  /** Two evaluations with different weights run at the same time. */
  TWO_AT_ONCE,
  /** The weights are a whole TorchScript module, which keeps state. */
  MODULE;

  private static final List<Metric<?>> METRICS_OF_CLASSES =
      List.of(Metrics.accuracy(), Metrics.logLoss(OutputKind.LOGITS), Metrics.f1(3, Average.MACRO));

  /**
   * One evaluation of this kind.
   *
   * @param metrics empty to return the results of {@code processor}
   */
  record Part(BatchProcessor processor, List<Metric<?>> metrics) {}

  List<Part> parts() {
    Part rows = new Part(Kind::predict, List.of());
    Part metrics = new Part(Kind::outputsAndTargets, METRICS_OF_CLASSES);
    return switch (this) {
      case COLLECTED, WRITTEN, FIRST_ROWS -> List.of(rows);
      case METRICS -> List.of(metrics);
      case SHARED_PASS -> List.of(rows, metrics, new Part(Kind::echo, List.of()));
      case TWO_AT_ONCE -> List.of(rows, metrics);
      case MODULE -> List.of(new Part(Kind::first, List.of()));
    };
  }

  DataSelection selection(Random random, int rows) {
    return this == FIRST_ROWS
        ? DataSelection.everything().withMaxRows(1 + random.nextInt(rows))
        : DataSelection.everything();
  }

  private static NDList predict(EvaluationBatch batch, EvaluationModel model) {
    NDArray logits = model.forward(batch.get("x"));
    return named("logits", logits, "predictions", logits.argMax(1));
  }

  private static NDList outputsAndTargets(EvaluationBatch batch, EvaluationModel model) {
    return named(
        MetricBatch.OUTPUTS,
        model.forward(batch.get("x")),
        MetricBatch.TARGETS,
        batch.get("class"));
  }

  private static NDList echo(EvaluationBatch batch, EvaluationModel model) {
    return new NDList(batch.get("x"), batch.get("class"));
  }

  private static NDList first(EvaluationBatch batch, EvaluationModel model) {
    return new NDList(model.outputs(new NDList(batch.get("x"))).first());
  }

  private static NDList named(String name1, NDArray array1, String name2, NDArray array2) {
    array1.setName(name1);
    array2.setName(name2);
    return new NDList(array1, array2);
  }
}
