package io.ostinato.callback;

import io.ostinato.schedule.Schedule;
import java.io.Serializable;

/**
 * When a callback evaluates, on which dataset, and how many rows at once. Immutable: {@code
 * every(everyNEpochs(1)).dataset("test").batchSize(256)}.
 *
 * @param schedule when
 * @param datasetKey the key of an evaluation dataset; {@value #DEFAULT_DATASET} unless told
 * @param batchSize the most rows of a batch, at least 1; {@value #DEFAULT_BATCH_SIZE} unless told
 * @param weights the key of the weights to evaluate, see {@link WeightVariants}; empty, which it is
 *     unless told, for those that are trained
 */
public record DataIteratorConfig(
    Schedule schedule, String datasetKey, int batchSize, String weights) implements Serializable {
  static final String DEFAULT_DATASET = "test";
  static final int DEFAULT_BATCH_SIZE = 256;

  public DataIteratorConfig {
    if (batchSize < 1) {
      throw new IllegalArgumentException("batch_size=%d must be at least 1".formatted(batchSize));
    }
  }

  /** On this schedule, with the defaults. */
  public static DataIteratorConfig every(Schedule schedule) {
    return new DataIteratorConfig(schedule, DEFAULT_DATASET, DEFAULT_BATCH_SIZE, "");
  }

  public DataIteratorConfig dataset(String key) {
    return new DataIteratorConfig(schedule, key, batchSize, weights);
  }

  public DataIteratorConfig batchSize(int rows) {
    return new DataIteratorConfig(schedule, datasetKey, rows, weights);
  }

  /** Evaluates other weights, as in {@code ema=0.999}. */
  public DataIteratorConfig weights(String variant) {
    return new DataIteratorConfig(schedule, datasetKey, batchSize, variant);
  }

  /** The dataset in keys of metrics, as in {@code test}, or {@code test.ema=0.999}. */
  public String label() {
    return weights.isEmpty() ? datasetKey : datasetKey + "." + weights;
  }
}
