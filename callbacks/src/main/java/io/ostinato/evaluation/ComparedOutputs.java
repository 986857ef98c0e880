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
 * The outputs of a model and the columns of a dataset that are passed to metrics, and their names.
 *
 * @param byDefault the output for metrics that don't name one
 * @param named the outputs that metrics name
 * @param isDefaultWanted whether there are metrics that don't name an output
 * @param columns the columns of the dataset that metrics read, apart from the targets
 */
public record ComparedOutputs(
    OutputChoice byDefault, List<String> named, boolean isDefaultWanted, List<String> columns)
    implements Serializable {
  public ComparedOutputs {
    named = List.copyOf(named);
    columns = List.copyOf(columns);
  }

  /** The outputs and columns required by these metrics. */
  public static ComparedOutputs of(OutputChoice byDefault, List<? extends Metric<?>> metrics) {
    return new ComparedOutputs(
        byDefault,
        metrics.stream().flatMap(metric -> metric.output().stream()).distinct().toList(),
        metrics.stream().anyMatch(metric -> metric.output().isEmpty()),
        metrics.stream().flatMap(metric -> metric.columns().stream()).distinct().toList());
  }

  /**
   * The outputs and columns of one batch, by the names that metrics read: those {@linkplain
   * #from(ModelOutputs) of the outputs}, and {@link MetricBatch#columnOf} for each column.
   *
   * @throws IllegalArgumentException if an output doesn't exist or is ambiguous, or a column
   *     doesn't exist
   */
  public Map<String, NDArray> from(ModelOutputs outputs, EvaluationBatch batch) {
    Map<String, NDArray> compared = new LinkedHashMap<>(from(outputs));
    columns.forEach(name -> compared.put(MetricBatch.columnOf(name), batch.get(name)));
    return compared;
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
