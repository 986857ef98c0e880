package io.ostinato.callback;

import io.ostinato.describe.FromKeys;
import io.ostinato.describe.Inline;
import io.ostinato.describe.Key;
import io.ostinato.evaluation.DataSelection;
import io.ostinato.evaluation.PassTerms;
import io.ostinato.evaluation.ResultsTarget;
import io.ostinato.schedule.Schedule;
import java.io.Serializable;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * When a callback evaluates, on which part of which dataset, and how many rows at once. Immutable:
 * {@code every(everyNEpochs(1)).dataset("test").batchSize(256)}.
 *
 * @param schedule when
 * @param datasetKey the key of an evaluation dataset; {@value #DEFAULT_DATASET} unless told
 * @param batchSize the most rows of a batch, at least 1; {@value #DEFAULT_BATCH_SIZE} unless told
 * @param weights the key of the weights to evaluate, see {@link WeightVariants}; empty, which it is
 *     unless told, for those that are trained
 * @param target where the row results go; to the driver unless told, see {@link #results}
 * @param selection which rows and columns of the dataset; all unless told, see {@link #maxRows} and
 *     {@link #columns}
 * @param datasetName what the dataset is called in keys of metrics, see {@link #named}; if empty,
 *     the default, it is called by its key
 */
public record DataIteratorConfig(
    Schedule schedule,
    String datasetKey,
    int batchSize,
    String weights,
    ResultsTarget target,
    DataSelection selection,
    String datasetName)
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
          "dataset_name='%s' may have letters, digits and . _ = -".formatted(datasetName));
    }
  }

  /** As a configuration writes it. */
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
              value = "The tensors of the dataset that a batch has, in this order.",
              optional = true,
              otherwise = "all tensors, in the order of the dataset")
          List<String> columns,
      @Key(
              value =
                  "The name of the dataset in metric keys, as in `accuracy/{dataset_name}`. Use it to"
                      + " tell apart callbacks that measure the same metrics on parts of a dataset"
                      + " or on several outputs.",
              byDefault = "''",
              otherwise = "its key")
          String datasetName) {
    DataSelection selection = DataSelection.everything().withColumns(columns);
    return new DataIteratorConfig(
        schedule,
        datasetKey,
        batchSize,
        weights,
        ResultsTarget.collected(),
        maxSize == null ? selection : selection.withMaxRows(maxSize),
        datasetName);
  }

  /** On this schedule, with the defaults. */
  public static DataIteratorConfig every(Schedule schedule) {
    return of(schedule, DEFAULT_DATASET, DEFAULT_BATCH_SIZE, "", null, List.of(), "");
  }

  public DataIteratorConfig dataset(String key) {
    return new DataIteratorConfig(
        schedule, key, batchSize, weights, target, selection, datasetName);
  }

  public DataIteratorConfig batchSize(int rows) {
    return new DataIteratorConfig(
        schedule, datasetKey, rows, weights, target, selection, datasetName);
  }

  /** Evaluates other weights, as in {@code ema=0.999}. */
  public DataIteratorConfig weights(String variant) {
    return new DataIteratorConfig(
        schedule, datasetKey, batchSize, variant, target, selection, datasetName);
  }

  /**
   * Evaluates the first rows of the dataset, in dataset order; all of a dataset that has fewer.
   * Batches begin where they begin without it, and the engine reads no further than it must.
   *
   * @throws IllegalArgumentException if that is less than one row
   */
  public DataIteratorConfig maxRows(long rows) {
    return with(selection.withMaxRows(rows));
  }

  /**
   * Lets {@code processData} see these columns of the dataset, in this order; others don't travel
   * to the device.
   *
   * @param names none for all columns
   * @throws IllegalArgumentException if one is named twice
   */
  public DataIteratorConfig columns(String... names) {
    return with(selection.withColumns(List.of(names)));
  }

  private DataIteratorConfig with(DataSelection part) {
    return new DataIteratorConfig(
        schedule, datasetKey, batchSize, weights, target, part, datasetName);
  }

  /** Says where the row results go: {@code results().toParquet(path)}. */
  public RowResults results() {
    return new RowResults(this);
  }

  /**
   * Calls the dataset something else in keys of metrics, so that two callbacks can write the same
   * metrics of parts of it, or of several outputs: {@code accuracy/first_1000}.
   *
   * @param name letters, digits and {@code . _ = -}
   * @throws IllegalArgumentException if it has anything else
   */
  public DataIteratorConfig named(String name) {
    return new DataIteratorConfig(
        schedule, datasetKey, batchSize, weights, target, selection, name);
  }

  /**
   * The dataset in keys of metrics, as in {@code test}, or {@code test.ema=0.999}: its key, or the
   * {@linkplain #named name} that it has here, and the weights.
   */
  public String label() {
    String name = datasetName.isEmpty() ? datasetKey : datasetName;
    return weights.isEmpty() ? name : name + "." + weights;
  }

  /** What evaluations on one dataset must have in common to share a pass over it. */
  public PassTerms passTerms() {
    return new PassTerms(selection, batchSize, target);
  }

  /** Where the row results go. */
  public record RowResults(DataIteratorConfig config) {

    /**
     * Lets the executors write them, whatever their size: the driver never has them, and {@code
     * processResults} is told where they are. Each evaluation writes {@code <path>/<iteration>}, as
     * in {@code predictions/E1_U22_S1408}. One that is there already is an error, but for a
     * training that goes on from a checkpoint: it replaces what it comes to again.
     *
     * @param path a folder that all executors can write to, as in {@code
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
          config.datasetName);
    }
  }
}
