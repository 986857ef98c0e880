package io.ostinato.quality;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.ostinato.callback.BatchColumns;
import io.ostinato.callback.DataIteratorConfig;
import io.ostinato.callback.Invocation;
import io.ostinato.callback.PeriodicDataIteratorCallback;
import io.ostinato.callback.TrainingPlan;
import io.ostinato.describe.Inline;
import io.ostinato.describe.Key;
import io.ostinato.describe.Kind;
import io.ostinato.describe.Mistake;
import io.ostinato.describe.Subject;
import io.ostinato.evaluation.ComparedOutputs;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.metric.Direction;
import io.ostinato.metric.Metric;
import io.ostinato.metric.MetricBatch;
import io.ostinato.model.EvaluationModel;
import io.ostinato.model.OutputChoice;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Writes {@code {metric}/{dataset}} for any metrics of a model's output and a target. The driver
 * receives one state per partition, whatever the number of rows.
 */
@Kind(name = "metric", value = "Metrics on a dataset: `{metric}/{dataset}`.")
public final class MetricCallback extends PeriodicDataIteratorCallback {
  private static final long serialVersionUID = 1;

  private final Config config;

  /**
   * The settings of the callback.
   *
   * @param data when to evaluate, and on which dataset
   * @param columns the inputs and the targets. Default: the last column is the target
   * @param metrics at least one metric, with distinct names
   * @param output the output to compare by metrics that don't {@linkplain Metric#ofOutput select}
   *     one. Default: the first
   */
  public record Config(
      @Inline DataIteratorConfig data,
      @Inline BatchColumns columns,
      @Key("The metrics to compute: at least one, with distinct names.") List<Metric<?>> metrics,
      @Key(
              value =
                  "The output to compare if the model has several: its name, or its position counted"
                      + " from 0.",
              byDefault = "''",
              otherwise = "the first")
          OutputChoice output)
      implements Serializable {
    public Config {
      metrics = List.copyOf(metrics);
    }

    public static Config of(DataIteratorConfig data, Metric<?>... metrics) {
      return new Config(
          data,
          BatchColumns.lastIsTarget(),
          new ArrayList<>(List.of(metrics)),
          OutputChoice.first());
    }

    public Config columns(BatchColumns newColumns) {
      return new Config(data, newColumns, metrics, output);
    }

    public Config output(OutputChoice newOutput) {
      return new Config(data, columns, metrics, newOutput);
    }
  }

  public MetricCallback(Config config) {
    super("metrics." + config.data().label(), config.data());
    this.config = config;
  }

  @Override
  public List<Mistake> mistakes(TrainingPlan plan) {
    List<Mistake> mistakes = new ArrayList<>(super.mistakes(plan));
    if (config.metrics().isEmpty()) {
      mistakes.add(
          Mistake.of(
              subject("metrics"), "callback '%s' needs at least one metric".formatted(name())));
    }
    Set<String> names = new HashSet<>();
    config.metrics().stream()
        .map(Metric::name)
        .filter(name -> !names.add(name))
        .forEach(
            name ->
                mistakes.add(
                    Mistake.of(
                        subject("metrics"),
                        "callback '%s' has two metrics '%s'".formatted(name(), name),
                        "remove one, or set the name of one")));
    mistakes.addAll(unknownColumnsOfMetrics(plan));
    return mistakes;
  }

  private List<Mistake> unknownColumnsOfMetrics(TrainingPlan plan) {
    List<String> selected = config().selection().columns();
    Optional<List<String>> known =
        selected.isEmpty() ? plan.data().knownColumns(datasetKey()) : Optional.of(selected);
    return known.isEmpty()
        ? List.of()
        : config.metrics().stream().flatMap(metric -> unknownColumns(metric, known.get())).toList();
  }

  private Stream<Mistake> unknownColumns(Metric<?> metric, List<String> known) {
    return metric.columns().stream()
        .filter(column -> !known.contains(column))
        .map(
            column ->
                Mistake.of(
                        subject("metrics"),
                        "callback '%s': the metric '%s' reads the column '%s' of dataset '%s'"
                            .formatted(name(), metric.name(), column, datasetKey()),
                        "it has: " + String.join(", ", known))
                    .dependingOn(Subject.setting("datasets")));
  }

  @Override
  public Set<String> writesMetrics() {
    return config.metrics().stream().map(this::key).collect(Collectors.toSet());
  }

  @Override
  public Map<String, Direction> directions() {
    return config.metrics().stream()
        .filter(metric -> metric.direction().isPresent())
        .collect(
            Collectors.toMap(
                this::key, metric -> metric.direction().orElseThrow(), (first, same) -> first));
  }

  @Override
  public Map<String, String> measures(String metric) {
    Map<String, String> measured = new LinkedHashMap<>(super.measures(metric));
    measured.putAll(config.columns().settings());
    config.metrics().stream()
        .filter(one -> key(one).equals(metric))
        .findFirst()
        .ifPresent(
            one -> {
              measured.put("output", one.output().orElseGet(() -> config.output().toString()));
              measured.put("metrics", SerializedForm.of(one));
            });
    return measured;
  }

  @Override
  protected List<Metric<?>> metrics() {
    return config.metrics();
  }

  @Override
  protected NDList processData(EvaluationBatch batch, EvaluationModel model) {
    Map<String, NDArray> arrays =
        ComparedOutputs.of(config.output(), config.metrics())
            .from(model.outputs(config.columns().inputs(batch)), batch);
    arrays.put(MetricBatch.TARGETS, config.columns().targets(batch).get(0));
    return results(List.copyOf(arrays.keySet()), arrays.values().toArray(NDArray[]::new));
  }

  @Override
  protected void processResults(EvaluationResults results, Invocation at) {
    results
        .metrics()
        .forEach((name, value) -> writer().addScalar(name + "/" + config().label(), value));
  }

  private String key(Metric<?> metric) {
    return metric.name() + "/" + config().label();
  }
}
