package io.ostinato.callback;

import io.ostinato.describe.FromKeys;
import io.ostinato.describe.Inline;
import io.ostinato.describe.Key;
import io.ostinato.evaluation.DataSelection;
import io.ostinato.evaluation.EvaluationPolicy;
import io.ostinato.evaluation.PassTerms;
import io.ostinato.evaluation.ResultsTarget;
import io.ostinato.schedule.Schedule;
import java.io.Serializable;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * When a callback evaluates, on which part of which dataset, and in batches of how many rows.
 * Immutable: {@code every(everyNEpochs(1)).dataset("test").batchSize(256)}.
 *
 * @param schedule when to evaluate
 * @param datasetKey the key of an evaluation dataset. Default: {@value #DEFAULT_DATASET}
 * @param batchSize the maximum number of rows of a batch, at least 1. Default: {@value
 *     #DEFAULT_BATCH_SIZE}
 * @param weights the key of the weights to evaluate, see {@link WeightVariants}. Default: empty,
 *     for the trained weights
 * @param target where the row results go, see {@link #results}. Default: the driver
 * @param selection the rows and columns of the dataset to evaluate, see {@link #maxRows} and {@link
 *     #columns}. Default: all
 * @param datasetName the name of the dataset in metric keys, see {@link #named}. Default: empty,
 *     for its key
 * @param policy what may happen when something goes wrong, see {@link #policy(EvaluationPolicy)}.
 *     Default: {@link EvaluationPolicy#exact}
 * @param isInline whether training waits for these evaluations even where others run beside it, see
 *     {@link #inline}. Default: false
 */
public record DataIteratorConfig(
    Schedule schedule,
    String datasetKey,
    int batchSize,
    String weights,
    ResultsTarget target,
    DataSelection selection,
    String datasetName,
    EvaluationPolicy policy,
    boolean isInline)
    implements Serializable {
  /** The dataset that is evaluated by default. */
  public static final String DEFAULT_DATASET = "test";

  /** The default of {@link #batchSize}. */
  public static final int DEFAULT_BATCH_SIZE = 256;

  private static final Pattern NAME = Pattern.compile("[\\w.=-]*");

  public DataIteratorConfig {
    if (batchSize < 1) {
      throw new IllegalArgumentException("batch_size=%s must be at least 1".formatted(batchSize));
    }
    if (!NAME.matcher(datasetName).matches()) {
      throw new IllegalArgumentException(
          "dataset_name='%s' may contain only letters, digits and . _ = -".formatted(datasetName));
    }
  }

  /** Creates one from the keys of a configuration. */
  @FromKeys
  static DataIteratorConfig of(
      @Inline Schedule schedule,
      @Key(
              value = "The dataset to evaluate on, one of `datasets.evaluations`.",
              byDefault = DEFAULT_DATASET)
          String datasetKey,
      @Key(value = "Rows per batch.", byDefault = "" + DEFAULT_BATCH_SIZE, atLeast = 1)
          int batchSize,
      @Key(
              value = "The weights to evaluate, such as `ema=0.999`.",
              byDefault = "''",
              otherwise = "the trained weights")
          String weights,
      @Key(
              value = "Evaluate only the first n rows of the dataset.",
              optional = true,
              otherwise = "all rows",
              atLeast = 1)
          @Nullable Long maxSize,
      @Key(
              value = "The tensors of the dataset to include in a batch, in this order.",
              optional = true,
              otherwise = "all tensors, in the order of the dataset")
          List<String> columns,
      @Key(
              value =
                  "The name of the dataset in metric keys, as in `accuracy/{dataset_name}`. Use it to"
                      + " distinguish callbacks that measure the same metrics on parts of a dataset"
                      + " or on several outputs.",
              byDefault = "''",
              otherwise = "its key")
          String datasetName,
      @Inline EvaluationPolicy policy,
      @Key(
              value =
                  "Whether training waits for these evaluations even if others run beside it, for"
                      + " example because the callback changes the learning rate.",
              byDefault = "false")
          boolean inline) {
    DataSelection selection = DataSelection.everything().withColumns(columns);
    return new DataIteratorConfig(
        schedule,
        datasetKey,
        batchSize,
        weights,
        ResultsTarget.collected(),
        maxSize == null ? selection : selection.withMaxRows(maxSize),
        datasetName,
        policy,
        inline);
  }

  /** Evaluates on this schedule, with the defaults. */
  public static DataIteratorConfig every(Schedule schedule) {
    return of(
        schedule,
        DEFAULT_DATASET,
        DEFAULT_BATCH_SIZE,
        "",
        null,
        List.of(),
        "",
        EvaluationPolicy.exact(),
        false);
  }

  /** Evaluates on the evaluation dataset with this key. */
  public DataIteratorConfig dataset(String key) {
    return new DataIteratorConfig(
        schedule, key, batchSize, weights, target, selection, datasetName, policy, isInline);
  }

  /**
   * Sets the maximum number of rows of a batch.
   *
   * @throws IllegalArgumentException if it is less than 1
   */
  public DataIteratorConfig batchSize(int rows) {
    return new DataIteratorConfig(
        schedule, datasetKey, rows, weights, target, selection, datasetName, policy, isInline);
  }

  /** Evaluates other weights, such as {@code ema=0.999}. */
  public DataIteratorConfig weights(String variant) {
    return new DataIteratorConfig(
        schedule, datasetKey, batchSize, variant, target, selection, datasetName, policy, isInline);
  }

  /**
   * Evaluates only the first rows of the dataset, in dataset order, or all rows if it has fewer.
   * Batch boundaries are the same as without it, and the engine reads no further than necessary.
   *
   * @throws IllegalArgumentException if it is less than 1
   */
  public DataIteratorConfig maxRows(long rows) {
    return with(selection.withMaxRows(rows));
  }

  /**
   * Passes only these columns of the dataset to {@code processData}, in this order; the others are
   * not copied to the device.
   *
   * @param names names of columns; none for all columns
   * @throws IllegalArgumentException if a column is named twice
   */
  public DataIteratorConfig columns(String... names) {
    return with(selection.withColumns(List.of(names)));
  }

  private DataIteratorConfig with(DataSelection part) {
    return new DataIteratorConfig(
        schedule, datasetKey, batchSize, weights, target, part, datasetName, policy, isInline);
  }

  /**
   * Sets what may happen when something goes wrong: whether a failure ends the training, how long
   * an evaluation may take, and whether bad rows may be skipped.
   */
  public DataIteratorConfig policy(EvaluationPolicy wanted) {
    return new DataIteratorConfig(
        schedule, datasetKey, batchSize, weights, target, selection, datasetName, wanted, isInline);
  }

  /**
   * Lets training wait for these evaluations even where others run beside it, for example because
   * the callback changes the learning rate.
   */
  public DataIteratorConfig inline() {
    return new DataIteratorConfig(
        schedule, datasetKey, batchSize, weights, target, selection, datasetName, policy, true);
  }

  /** Selects where the row results go: {@code results().toParquet(path)}. */
  public RowResults results() {
    return new RowResults(this);
  }

  /**
   * Gives the dataset another name in metric keys, so that two callbacks can write the same metrics
   * for parts of it, or for several outputs: {@code accuracy/first_1000}.
   *
   * @param name letters, digits and {@code . _ = -}
   * @throws IllegalArgumentException if it contains other characters
   */
  public DataIteratorConfig named(String name) {
    return new DataIteratorConfig(
        schedule, datasetKey, batchSize, weights, target, selection, name, policy, isInline);
  }

  /**
   * The label of the dataset in metric keys, such as {@code test} or {@code test.ema=0.999}: its
   * key or its {@linkplain #named name}, and the weights.
   */
  public String label() {
    String name = datasetName.isEmpty() ? datasetKey : datasetName;
    return weights.isEmpty() ? name : name + "." + weights;
  }

  /** The terms that evaluations on one dataset must have in common to share a pass over it. */
  public PassTerms passTerms() {
    return new PassTerms(selection, batchSize, target, policy);
  }

  /** Selects where the row results go. */
  public record RowResults(DataIteratorConfig config) {

    /**
     * Lets the executors write the row results as Parquet, whatever their size. They never reach
     * the driver; {@code processResults} gets their location. Each evaluation writes {@code
     * <path>/<iteration>}, such as {@code predictions/E1_U22_S1408}. If that already exists, the
     * evaluation fails, unless training resumed from a checkpoint: it then replaces the folders of
     * iterations that it reaches again.
     *
     * @param path a folder that all executors can write to, such as {@code
     *     hdfs://name-node/runs/a/predictions}
     * @throws IllegalArgumentException if the path is blank
     */
    public DataIteratorConfig toParquet(String path) {
      return new DataIteratorConfig(
          config.schedule,
          config.datasetKey,
          config.batchSize,
          config.weights,
          ResultsTarget.parquet(path),
          config.selection,
          config.datasetName,
          config.policy,
          config.isInline);
    }
  }
}
