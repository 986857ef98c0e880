package io.ostinato.callback;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.ostinato.describe.Mistake;
import io.ostinato.describe.Subject;
import io.ostinato.evaluation.BatchProcessor;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.EvaluationTimings;
import io.ostinato.evaluation.ProcessorCopy;
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
 * A callback that evaluates the model on a dataset whenever it is due: {@link #processData} runs on
 * the executors, once per batch, then {@link #processResults} on the driver, once, with the results
 * of all batches in dataset order.
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
   * Computes the results of one batch. Runs on an executor, on a copy of this callback, on several
   * threads at once; the model is in evaluation mode and gradients are off.
   *
   * <p>Each array has one element per row of the batch along its first dimension, or is a scalar,
   * unless {@link #isRowWise} says otherwise. The results of all batches are concatenated along the
   * first dimension; scalars are stacked. Number, names, data types and trailing shapes must be the
   * same for every batch.
   *
   * @return named arrays, see {@link #results}; arrays without a name, and those that share one,
   *     are read by position. bfloat16 arrays arrive as float32, which represents all their values
   */
  protected abstract NDList processData(EvaluationBatch batch, EvaluationModel model)
      throws Exception;

  /**
   * Whether the arrays that {@link #processData} returns have one element per row, apart from
   * scalars. Default: true, which makes an array with fewer or more elements an error. Return false
   * if they belong to a batch, such as its sums, or only to some of its rows; batches are then
   * never divided, so an evaluation fails if the memory of its device is too small for one.
   */
  protected boolean isRowWise() {
    return true;
  }

  /**
   * Called on an executor when all batches that this copy of the callback processes of a task are
   * processed: frees what it holds. Idle slots help tasks with copies of their own. It can be used
   * again afterwards. By default it holds nothing.
   */
  protected void processingEnds() {}

  /**
   * The metrics to which the results of {@link #processData} are reduced on the executors: the
   * driver then receives a state per partition instead of the results of all rows, and {@link
   * EvaluationResults#metrics} instead of arrays. Default: none.
   */
  protected List<Metric<?>> metrics() {
    return List.of();
  }

  /**
   * Processes the results of the whole dataset, or the location where the executors wrote them
   * ({@link EvaluationResults#parquet}), on the driver. They are closed when this returns. Training
   * may have continued since: {@code at} is the moment that was measured.
   */
  protected abstract void processResults(EvaluationResults results, Invocation at);

  /**
   * Plans the evaluation that this callback will request from its context at an invocation, so that
   * callbacks that are due together can share one.
   */
  public final CallbackEvaluation plan(Invocation at) {
    CallbackEvaluation evaluation = evaluation(at);
    planned = evaluation;
    return evaluation;
  }

  /**
   * Called when an evaluation of this callback begins beside training, which goes on before {@link
   * #processResults}: sets aside what the {@code track…} hooks have collected up to this moment.
   * They don't belong to {@code processResults}, whose moment is then past. A callback that
   * overrides a {@code track…} hook, but not this, is always evaluated inline. Its saved state must
   * not depend on {@code processResults}.
   */
  protected void evaluationBegins(Invocation at) {}

  /**
   * Like {@link #plan}, for an evaluation that runs beside training: with a copy of this callback
   * as it is now, as an executor would receive it.
   */
  public final CallbackEvaluation begin(Invocation at) {
    CallbackEvaluation evaluation = evaluation(at);
    EvaluationTag tag = new EvaluationTag(name(), at.iteration(), datasetKey());
    CallbackEvaluation copy =
        new CallbackEvaluation(
            name(),
            at,
            config,
            ProcessorCopy.of(evaluation.processor(), tag),
            evaluation.metrics());
    evaluationBegins(at);
    return copy;
  }

  @Override
  protected final void periodicCallback(Invocation at) {
    CallbackEvaluation evaluation = planned;
    planned = null;
    if (evaluation == null || !evaluation.at().equals(at)) {
      evaluation = evaluation(at);
    }
    process(evaluation);
  }

  /**
   * Processes the results of an evaluation that this callback has {@linkplain #plan planned}, which
   * its context runs or has run meanwhile.
   */
  public final void process(CallbackEvaluation evaluation) {
    Invocation at = evaluation.at();
    try (EvaluationResults results = context().evaluate(evaluation)) {
      dataNanos += results.timings().data().toNanos();
      results.process(collated -> processResults(collated, at));
    }
  }

  private CallbackEvaluation evaluation(Invocation at) {
    BatchProcessor calls = new DataProcessor(this);
    BatchProcessor processor = isRowWise() ? calls : BatchProcessor.ofBatches(calls);
    return new CallbackEvaluation(name(), at, config, processor, metrics());
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
              "callback '%s' calls the dataset '%s' '%s', which is the key of another dataset"
                  .formatted(name(), datasetKey(), config.datasetName()),
              "choose another name"));
    }
    mistakes.addAll(unknownColumns(plan));
    plan.mistakeOfWeights(config.weights(), subject("weights")).ifPresent(mistakes::add);
    if (config.target() instanceof ResultsTarget.Parquet parquet && !metrics().isEmpty()) {
      mistakes.add(
          Mistake.of(
              subject("results_path"),
              "callback '%s' has metrics, so there are no row results for '%s'"
                  .formatted(name(), parquet.path()),
              "remove the metrics or the path"));
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
   * EvaluationTimings#data}. Available on the driver; counted since training was started or
   * resumed, and not stored in checkpoints. Callbacks that share a pass over the data each count
   * its full time.
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
   * Names one array. The {@code results} methods aren't static, since subclasses in Scala don't
   * inherit static methods.
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
   * @param names one distinct name for each array
   * @throws IllegalArgumentException if the number of names differs, or a name occurs twice
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

  /**
   * Doesn't rename an array that has a name: it may be a column of the batch, or another result.
   */
  private static NDArray named(String name, NDArray array) {
    NDArray result = array.getName() == null ? array : array.reshape(array.getShape());
    result.setName(name);
    return result;
  }
}
