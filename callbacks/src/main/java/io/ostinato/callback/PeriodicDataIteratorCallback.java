package io.ostinato.callback;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.EvaluationModel;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.ResultsTarget;
import io.ostinato.metric.Metric;
import java.util.ArrayList;
import java.util.List;
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
   * @return named arrays, see {@link #results}, or unnamed ones that are told apart by position
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
      results.process(collated -> processResults(collated, at));
    }
  }

  private CallbackEvaluation evaluation(Invocation at) {
    return new CallbackEvaluation(name(), at, config, this::processData, metrics());
  }

  @Override
  public List<String> mistakes(TrainingPlan plan) {
    List<String> mistakes = new ArrayList<>();
    Set<String> known = new TreeSet<>(plan.data().evaluationKeys());
    if (!known.contains(datasetKey())) {
      mistakes.add(
          "callback '%s' asks for dataset '%s'; registered: %s"
              .formatted(
                  name(), datasetKey(), known.isEmpty() ? "none" : String.join(", ", known)));
    }
    plan.mistakeOfWeights(config.weights(), name()).ifPresent(mistakes::add);
    if (config.target() instanceof ResultsTarget.Parquet parquet && !metrics().isEmpty()) {
      mistakes.add(
          "callback '%s' has metrics, so there are no row results for results().toParquet('%s');"
                  .formatted(name(), parquet.path())
              + " leave out one of the two");
    }
    return mistakes;
  }

  /** The key of the dataset that this callback evaluates on. */
  public final String datasetKey() {
    return config.datasetKey();
  }

  public final DataIteratorConfig config() {
    return config;
  }

  /** Names one array. */
  protected static NDList results(String name, NDArray array) {
    // An array that has a name keeps it: it may be a column of the batch, or a result already.
    NDArray result = array.getName() == null ? array : array.reshape(array.getShape());
    result.setName(name);
    return new NDList(result);
  }

  /** Names two arrays. */
  protected static NDList results(String name1, NDArray array1, String name2, NDArray array2) {
    NDList list = results(name1, array1);
    list.addAll(results(name2, array2));
    return list;
  }

  /** Names three arrays. */
  protected static NDList results(
      String name1, NDArray array1, String name2, NDArray array2, String name3, NDArray array3) {
    NDList list = results(name1, array1, name2, array2);
    list.addAll(results(name3, array3));
    return list;
  }
}
