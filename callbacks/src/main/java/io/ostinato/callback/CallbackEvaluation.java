package io.ostinato.callback;

import io.ostinato.evaluation.BatchProcessor;
import io.ostinato.metric.Metric;
import java.util.List;

/**
 * An evaluation that a callback requests from its training run.
 *
 * @param callback the name of the callback
 * @param at the moment to measure
 * @param config the dataset and the weights to evaluate
 * @param processor processes each batch
 * @param metrics the metrics to which the results are reduced; empty for the results themselves
 */
public record CallbackEvaluation(
    String callback,
    Invocation at,
    DataIteratorConfig config,
    BatchProcessor processor,
    List<Metric<?>> metrics) {
  public CallbackEvaluation {
    metrics = List.copyOf(metrics);
  }
}
