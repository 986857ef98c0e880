package io.ostinato.evaluation;

import io.ostinato.metric.Metric;
import io.ostinato.model.ModelSource;
import io.ostinato.weights.WeightSnapshot;
import java.util.List;

/**
 * One evaluation: this function, of this model at these weights, over this dataset.
 *
 * @param batchSize the most rows of a batch, at least one
 * @param metrics what the results of batches are reduced to, where they run; none to have the
 *     results themselves
 * @param target where the results go; they can't be written where there are metrics
 * @param selection the part of the dataset that is evaluated
 */
public record EvaluationRequest(
    EvaluationTag tag,
    EvaluationData data,
    int batchSize,
    ModelSource model,
    WeightSnapshot weights,
    BatchProcessor processor,
    List<Metric<?>> metrics,
    ResultsTarget target,
    DataSelection selection) {
  public EvaluationRequest {
    metrics = List.copyOf(metrics);
    if (batchSize < 1) {
      throw new IllegalArgumentException(
          "%s: batch_size=%s must be at least 1".formatted(tag, batchSize));
    }
    if (target.isWritten() && !metrics.isEmpty()) {
      throw new IllegalArgumentException(
          "%s: with metrics there are no row results to write to %s".formatted(tag, target));
    }
  }

  /** An evaluation of all of the dataset. */
  public EvaluationRequest(
      EvaluationTag tag,
      EvaluationData data,
      int batchSize,
      ModelSource model,
      WeightSnapshot weights,
      BatchProcessor processor,
      List<Metric<?>> metrics,
      ResultsTarget target) {
    this(
        tag,
        data,
        batchSize,
        model,
        weights,
        processor,
        metrics,
        target,
        DataSelection.everything());
  }

  /** An evaluation whose results, or the states of its metrics, come to the driver. */
  public EvaluationRequest(
      EvaluationTag tag,
      EvaluationData data,
      int batchSize,
      ModelSource model,
      WeightSnapshot weights,
      BatchProcessor processor,
      List<Metric<?>> metrics) {
    this(tag, data, batchSize, model, weights, processor, metrics, ResultsTarget.collected());
  }

  /** An evaluation whose results are collated. */
  public EvaluationRequest(
      EvaluationTag tag,
      EvaluationData data,
      int batchSize,
      ModelSource model,
      WeightSnapshot weights,
      BatchProcessor processor) {
    this(tag, data, batchSize, model, weights, processor, List.of());
  }

  /**
   * Whether this and another can share one pass over the data: all but what is done with it is the
   * same, and neither writes its results.
   */
  public boolean sharesPassWith(EvaluationRequest other) {
    return passTerms().allowSharingWith(other.passTerms())
        && data == other.data
        && model == other.model
        && weights.manifest().equals(other.weights.manifest());
  }

  private PassTerms passTerms() {
    return new PassTerms(selection, batchSize, target);
  }
}
