package io.ostinato.jobs.scoring;

import io.ostinato.evaluation.EvaluationPolicy;
import io.ostinato.jobs.data.DatasetSpec;
import io.ostinato.jobs.data.KeyStyle;
import io.ostinato.jobs.modelfile.WeightsArchitecture;
import io.ostinato.metric.Direction;
import io.ostinato.metric.Metric;
import io.ostinato.model.OutputChoice;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How to evaluate model files.
 *
 * @param data the dataset
 * @param dataset the name of the dataset in the keys of metrics, such as {@code test} in {@code
 *     accuracy/test}
 * @param metrics the metrics to compute
 * @param batchSize the number of rows per batch, at least 1
 * @param inputs the names by which the model gets its inputs, one for each input tensor; empty to
 *     pass them by position
 * @param output the output to compare and to write; the first by default
 * @param architecture the architecture of files that contain only weights
 * @param policy what an evaluation may do when something goes wrong
 * @param style how messages name settings
 */
public record EvaluationSpec(
    DatasetSpec data,
    String dataset,
    List<Metric<?>> metrics,
    int batchSize,
    List<String> inputs,
    OutputChoice output,
    WeightsArchitecture architecture,
    EvaluationPolicy policy,
    KeyStyle style) {
  public EvaluationSpec {
    metrics = List.copyOf(metrics);
    inputs = List.copyOf(inputs);
  }

  /** An evaluation whose messages name options of the command line. */
  public EvaluationSpec(
      DatasetSpec data,
      String dataset,
      List<Metric<?>> metrics,
      int batchSize,
      List<String> inputs,
      OutputChoice output,
      WeightsArchitecture architecture,
      EvaluationPolicy policy) {
    this(data, dataset, metrics, batchSize, inputs, output, architecture, policy, KeyStyle.OPTION);
  }

  /** The same evaluation on another dataset. */
  EvaluationSpec on(DatasetSpec other) {
    return new EvaluationSpec(
        other, dataset, metrics, batchSize, inputs, output, architecture, policy, style);
  }

  /** The inputs of the model in a batch. */
  ModelInputs modelInputs() {
    return new ModelInputs(data.columns(), inputs);
  }

  /** The directions of the metrics that declare one, by their keys in the files of runs. */
  public Map<String, Direction> directions() {
    return directions(metrics, dataset);
  }

  /** The directions of metrics that declare one, by their keys for a dataset. */
  public static Map<String, Direction> directions(List<Metric<?>> metrics, String dataset) {
    Map<String, Direction> directions = new LinkedHashMap<>();
    for (Metric<?> metric : metrics) {
      metric.direction().ifPresent(known -> directions.put(metric.name() + "/" + dataset, known));
    }
    return directions;
  }
}
