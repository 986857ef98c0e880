package io.ostinato.evaluation;

import io.ostinato.weights.WeightSnapshot;

/**
 * One evaluation: this function, of this model at these weights, over this dataset.
 *
 * @param batchSize the most rows of a batch, at least one
 */
public record EvaluationRequest(
    EvaluationTag tag,
    EvaluationData data,
    int batchSize,
    ModelSource model,
    WeightSnapshot weights,
    BatchProcessor processor) {
  public EvaluationRequest {
    if (batchSize < 1) {
      throw new IllegalArgumentException(
          "%s: batch_size=%d must be at least 1".formatted(tag, batchSize));
    }
  }
}
