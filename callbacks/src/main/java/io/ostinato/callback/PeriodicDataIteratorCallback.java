package io.ostinato.callback;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.ostinato.describe.Mistake;
import io.ostinato.describe.Subject;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.EvaluationTimings;
import io.ostinato.evaluation.ResultsTarget;
import io.ostinato.metric.Metric;
import io.ostinato.model.EvaluationModel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates the model on a dataset whenever it is due: {@link #processData} on the executors, once
 * per batch, then {@link #processResults} on the driver, once, with the results of all batches in
 * dataset order.
 */
public abstract class PeriodicDataIteratorCallback extends PeriodicCallback {
  private static final long serialVersionUID = 1;

  private final DataIteratorConfig config;
  private transient @Nullable CallbackEvaluation planned;
  private transient long dataNanos;

  protected PeriodicDataIteratorCallback(DataIteratorConfig config) {
    super(config.schedule());
    this.config = config;
  }

  protected PeriodicDataIteratorCallback(String name, DataIteratorConfig config) {
    super(name, config.schedule());
    this.config = config;
  }

  /**
   * The results of one batch. Runs on an executor, on a copy of this callback, on several threads
   * at once; the model is in evaluation mode and gradients are off.
   *
   * <p>Arrays with a dimension are concatenated along the first, scalars are stacked. Number,
   * names, data types and trailing shapes must be the same for every batch.
   *
   * @return named arrays, see {@link #results}; those without a name, and those that share one, are
   *     read by position. Arrays of bfloat16 arrive as float32, which has all their values
   */
  protected abstract NDList processData(EvaluationBatch batch, EvaluationModel model)
      throws Exception;

  /**
   * What the results of {@link #processData} are reduced to, where it runs: the driver then has a
   * state per partition instead of the results of all rows, and {@link EvaluationResults#metrics}
   * instead of arrays. None unless overridden.
   */
  protected List<Metric<?>> metrics() {
    return List.of();
  }

  /**
   * Takes the results of the whole dataset, on the driver, or where the executors have written them
   * ({@link EvaluationResults#parquet}). They are closed when this returns. Training may have gone
   * on since: {@code at} is the moment that was measured.
   */
  protected abstract void processResults(EvaluationResults results, Invocation at);

  /**
   * The evaluation that it will ask its context for when it is called at this invocation: so that
   * callbacks that are due together can share one.
   */
  public final CallbackEvaluation plan(Invocation at) {
    CallbackEvaluation evaluation = evaluation(at);
    planned = evaluation;
    return evaluation;
  }

  @Override
  protected final void periodicCallback(Invocation at) {
    CallbackEvaluation evaluation = planned;
    planned = null;
    if (evaluation == null || !evaluation.at().equals(at)) {
      evaluation = evaluation(at);
    }
    try (EvaluationResults results = context().evaluate(evaluation)) {
      dataNanos += results.timings().data().toNanos();
      results.process(collated -> processResults(collated, at));
    }
  }

  private CallbackEvaluation evaluation(Invocation at) {
    return new CallbackEvaluation(name(), at, config, this::processData, metrics());
  }

  @Override
  public List<Mistake> mistakes(TrainingPlan plan) {
    List<Mistake> mistakes = new ArrayList<>();
    Set<String> known = new TreeSet<>(plan.data().evaluationKeys());
    if (!known.contains(datasetKey())) {
      mistakes.add(
          Mistake.of(
                  subject("dataset_key"),
                  "callback '%s' asks for dataset '%s'".formatted(name(), datasetKey()),
                  "registered: " + (known.isEmpty() ? "none" : String.join(", ", known)))
              .dependingOn(Subject.setting("datasets")));
    }
    if (known.contains(config.datasetName()) && !config.datasetName().equals(datasetKey())) {
      mistakes.add(
          Mistake.of(
              subject("dataset_name"),
              "callback '%s' calls the dataset '%s' '%s', which is another dataset"
                  .formatted(name(), datasetKey(), config.datasetName()),
              "give it a name of its own"));
    }
    mistakes.addAll(unknownColumns(plan));
    plan.mistakeOfWeights(config.weights(), subject("weights")).ifPresent(mistakes::add);
    if (config.target() instanceof ResultsTarget.Parquet parquet && !metrics().isEmpty()) {
      mistakes.add(
          Mistake.of(
              subject("results_path"),
              "callback '%s' has metrics, so there are no row results for '%s'"
                  .formatted(name(), parquet.path()),
              "leave out the metrics or the path"));
    }
    return mistakes;
  }

  @Override
  public Map<String, String> measures(String metric) {
    Map<String, String> measured = new LinkedHashMap<>(super.measures(metric));
    measured.put("dataset_key", datasetKey());
    measured.put("max_size", Long.toString(config.selection().maxRows()));
    measured.put("columns", config.selection().columns().toString());
    measured.put("weights", config.weights());
    return measured;
  }

  private List<Mistake> unknownColumns(TrainingPlan plan) {
    if (!plan.data().evaluationKeys().contains(datasetKey())) {
      return List.of();
    }
    List<String> known =
        plan.data().knownColumns(datasetKey()).orElse(config.selection().columns());
    return config.selection().columns().stream()
        .filter(column -> !known.contains(column))
        .map(
            column ->
                Mistake.of(
                        subject("columns"),
                        "callback '%s' asks for column '%s' of dataset '%s'"
                            .formatted(name(), column, datasetKey()),
                        "it has: " + String.join(", ", known))
                    .dependingOn(Subject.setting("datasets")))
        .toList();
  }

  /**
   * How long the evaluations of this callback have waited for data so far, see {@link
   * EvaluationTimings#data}; on the driver, and since the training was begun or resumed: what a
   * training before has waited is not in checkpoints. Callbacks that share a pass over the data
   * have all waited for it.
   */
  public final Duration totalDataTime() {
    return Duration.ofNanos(dataNanos);
  }

  /** The key of the dataset that this callback evaluates on. */
  public final String datasetKey() {
    return config.datasetKey();
  }

  public final DataIteratorConfig config() {
    return config;
  }

  /**
   * Names one array. This and those for more are no static methods, since subclasses in Scala don't
   * inherit such.
   */
  protected final NDList results(String name, NDArray array) {
    return results(List.of(name), array);
  }

  /** Names two arrays. */
  protected final NDList results(String name1, NDArray array1, String name2, NDArray array2) {
    return results(List.of(name1, name2), array1, array2);
  }

  /** Names three arrays. */
  protected final NDList results(
      String name1, NDArray array1, String name2, NDArray array2, String name3, NDArray array3) {
    return results(List.of(name1, name2, name3), array1, array2, array3);
  }

  /** Names four arrays. */
  protected final NDList results(
      String name1,
      NDArray array1,
      String name2,
      NDArray array2,
      String name3,
      NDArray array3,
      String name4,
      NDArray array4) {
    return results(List.of(name1, name2, name3, name4), array1, array2, array3, array4);
  }

  /**
   * Names any number of arrays.
   *
   * @param names as many as there are arrays, all different
   * @throws IllegalArgumentException if they are not
   */
  protected final NDList results(List<String> names, NDArray... arrays) {
    if (names.size() != arrays.length) {
      throw new IllegalArgumentException(
          "results(...) has %s names for %s arrays; give one for each: %s"
              .formatted(names.size(), arrays.length, names));
    }
    NDList results = new NDList(arrays.length);
    for (int i = 0; i < arrays.length; i++) {
      if (names.indexOf(names.get(i)) < i) {
        throw new IllegalArgumentException(
            "two results are named '%s'; give one of them another name".formatted(names.get(i)));
      }
      results.add(named(names.get(i), arrays[i]));
    }
    return results;
  }

  /** An array that has a name keeps it: it may be a column of the batch, or a result already. */
  private static NDArray named(String name, NDArray array) {
    NDArray result = array.getName() == null ? array : array.reshape(array.getShape());
    result.setName(name);
    return result;
  }
}
