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
 * Which outputs of a model metrics are given, and under which names.
 *
 * @param byDefault the output for metrics that name none
 * @param named those that metrics name
 * @param isDefaultWanted whether there are metrics that name none
 */
public record ComparedOutputs(OutputChoice byDefault, List<String> named, boolean isDefaultWanted)
    implements Serializable {
  public ComparedOutputs {
    named = List.copyOf(named);
  }

  /** What these metrics need. */
  public static ComparedOutputs of(OutputChoice byDefault, List<? extends Metric<?>> metrics) {
    return new ComparedOutputs(
        byDefault,
        metrics.stream().flatMap(metric -> metric.output().stream()).distinct().toList(),
        metrics.stream().anyMatch(metric -> metric.output().isEmpty()));
  }

  /**
   * The outputs of one batch by the names that metrics read: {@link MetricBatch#OUTPUTS}, and
   * {@link MetricBatch#outputsOf} of those that are named.
   *
   * @throws IllegalArgumentException if there is no such output, or it can't be told which is meant
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
