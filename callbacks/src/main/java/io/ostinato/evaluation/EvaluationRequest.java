package io.ostinato.evaluation;

import io.ostinato.metric.Metric;
import io.ostinato.model.ModelSource;
import io.ostinato.weights.WeightSnapshot;
import java.util.List;

/**
 * An evaluation of a function of a model, with its weights, over a dataset.
 *
 * @param batchSize the maximum number of rows per batch, at least 1
 * @param metrics the metrics to which the results are reduced in the process that computes them;
 *     empty to return the results themselves
 * @param target the destination of the results; with metrics, results can't be written
 * @param selection the part of the dataset that is evaluated
 * @param policy what may happen when something goes wrong; the engine applies deadline, bad rows
 *     and non-finite results, its caller the reaction to failures
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
    DataSelection selection,
    EvaluationPolicy policy) {
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

  /** An evaluation of a part of the dataset, with the policy {@link EvaluationPolicy#exact}. */
  public EvaluationRequest(
      EvaluationTag tag,
      EvaluationData data,
      int batchSize,
      ModelSource model,
      WeightSnapshot weights,
      BatchProcessor processor,
      List<Metric<?>> metrics,
      ResultsTarget target,
      DataSelection selection) {
    this(
        tag,
        data,
        batchSize,
        model,
        weights,
        processor,
        metrics,
        target,
        selection,
        EvaluationPolicy.exact());
  }

  /** An evaluation of the whole dataset. */
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

  /** The same evaluation with another policy. */
  public EvaluationRequest withPolicy(EvaluationPolicy wanted) {
    return new EvaluationRequest(
        tag, data, batchSize, model, weights, processor, metrics, target, selection, wanted);
  }

  /** An evaluation whose results, or the states of its metrics, are collected by the driver. */
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
   * Whether this request and another can share one pass over the data: they differ only in how
   * batches are processed, and neither writes its results.
   */
  public boolean sharesPassWith(EvaluationRequest other) {
    return passTerms().allowSharingWith(other.passTerms())
        && data == other.data
        && model == other.model
        && weights.manifest().equals(other.weights.manifest());
  }

  private PassTerms passTerms() {
    return new PassTerms(selection, batchSize, target, policy);
  }
}
