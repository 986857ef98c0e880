package io.ostinato.callback;

import io.ostinato.evaluation.BatchProcessor;
import io.ostinato.metric.Metric;
import java.util.List;

/**
 * An evaluation that a callback asks its training run for.
 *
 * @param callback the name of the callback
 * @param at the moment to measure
 * @param processor what is done with each batch
 * @param metrics what the results are reduced to; none to have the results themselves
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
