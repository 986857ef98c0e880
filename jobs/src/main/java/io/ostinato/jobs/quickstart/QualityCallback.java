package io.ostinato.jobs.quickstart;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import io.ostinato.callback.DataIteratorConfig;
import io.ostinato.callback.Invocation;
import io.ostinato.callback.PeriodicDataIteratorCallback;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.model.EvaluationModel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Accuracy, and the mean over samples of the cross entropy, of a classifier that gives logits. */
final class QualityCallback extends PeriodicDataIteratorCallback {
  private static final long serialVersionUID = 1;

  private transient @Nullable Consumer<Quality> listener;
  private final transient List<Quality> history = new ArrayList<>();

  QualityCallback(DataIteratorConfig config) {
    super("quality", config);
  }

  /** Has every evaluation told, on the driver. */
  QualityCallback onEvaluation(Consumer<Quality> qualityListener) {
    this.listener = qualityListener;
    return this;
  }

  @Override
  protected NDList processData(EvaluationBatch batch, EvaluationModel model) {
    NDArray logits = model.forward(batch.get("x"));
    NDArray labels = batch.get("class");
    NDArray hits = logits.argMax(1).eq(labels);
    NDArray losses = logits.logSoftmax(1).gather(labels.expandDims(1), 1).squeeze(1).neg();
    return results("hits", hits, "losses", losses);
  }

  @Override
  protected void processResults(EvaluationResults results, Invocation at) {
    double hits = results.get("hits").toType(DataType.INT64, false).sum().getLong();
    double loss = 0;
    for (float rowLoss : results.get("losses").toFloatArray()) {
      loss += rowLoss;
    }
    Quality quality =
        new Quality(
            at.iteration(),
            hits / results.rows(),
            loss / results.rows(),
            results.rows(),
            results.timings().total());
    writer().addScalar("accuracy/" + datasetKey(), quality.accuracy());
    writer().addScalar("loss/" + datasetKey(), quality.loss());
    history.add(quality);
    if (listener != null) {
      listener.accept(quality);
    }
  }

  /** All evaluations so far. */
  List<Quality> history() {
    return List.copyOf(history);
  }
}
