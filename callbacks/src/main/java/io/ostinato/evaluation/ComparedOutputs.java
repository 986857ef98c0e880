package io.ostinato.evaluation;

import ai.djl.ndarray.NDArray;
import io.ostinato.metric.Metric;
import io.ostinato.metric.MetricBatch;
import io.ostinato.model.ModelOutputs;
import io.ostinato.model.OutputChoice;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The outputs of a model that are passed to metrics, and their names.
 *
 * @param byDefault the output for metrics that don't name one
 * @param named the outputs that metrics name
 * @param isDefaultWanted whether there are metrics that don't name an output
 */
public record ComparedOutputs(OutputChoice byDefault, List<String> named, boolean isDefaultWanted)
    implements Serializable {
  public ComparedOutputs {
    named = List.copyOf(named);
  }

  /** The outputs required by these metrics. */
  public static ComparedOutputs of(OutputChoice byDefault, List<? extends Metric<?>> metrics) {
    return new ComparedOutputs(
        byDefault,
        metrics.stream().flatMap(metric -> metric.output().stream()).distinct().toList(),
        metrics.stream().anyMatch(metric -> metric.output().isEmpty()));
  }

  /**
   * The outputs of one batch, by the names that metrics read: {@link MetricBatch#OUTPUTS}, and
   * {@link MetricBatch#outputsOf} for each named output.
   *
   * @throws IllegalArgumentException if an output doesn't exist or is ambiguous
   */
  public Map<String, NDArray> from(ModelOutputs outputs) {
    Map<String, NDArray> compared = new LinkedHashMap<>();
    if (isDefaultWanted) {
      compared.put(MetricBatch.OUTPUTS, byDefault.from(outputs));
    }
    named.forEach(
        name -> compared.put(MetricBatch.outputsOf(name), OutputChoice.of(name).from(outputs)));
    return compared;
  }
}
