package io.ostinato.jobs.scoring;

import io.ostinato.jobs.data.DatasetSpec;
import io.ostinato.jobs.model.Architecture;
import io.ostinato.metric.Direction;
import io.ostinato.metric.Metric;
import io.ostinato.model.OutputChoice;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What model files are evaluated on, and how.
 *
 * @param dataset the key of the dataset in metrics' keys, as in {@code accuracy/test}
 * @param batchSize rows of a batch, at least 1
 * @param output the output that is compared and kept; the first where none is named
 * @param architecture of safetensors files; none where all are whole modules
 */
public record EvaluationSpec(
    DatasetSpec data,
    String dataset,
    List<Metric<?>> metrics,
    int batchSize,
    OutputChoice output,
    List<Architecture> architecture) {
  public EvaluationSpec {
    metrics = List.copyOf(metrics);
    architecture = List.copyOf(architecture);
  }

  /** Which values are better of the metrics that say so, by their keys in files of runs. */
  public Map<String, Direction> directions() {
    Map<String, Direction> directions = new LinkedHashMap<>();
    for (Metric<?> metric : metrics) {
      metric.direction().ifPresent(known -> directions.put(metric.name() + "/" + dataset, known));
    }
    return directions;
  }
}
