package io.ostinato.jobs.train;

import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.ArrayDataset;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.data.TensorKind;
import io.ostinato.spark.data.TrainingSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rows to train on, which Spark counts before the driver collects them in its memory, up to its
 * limit.
 *
 * @param config says which tensors are inputs and targets
 * @param data has the rows
 * @param count the number of rows
 */
record TrainRows(Datasets.Train config, SparkDataset data, long count) {
  private static final Logger log = LoggerFactory.getLogger(TrainRows.class);

  /**
   * Counts the rows; the driver doesn't need its native engine for that.
   *
   * @throws IllegalArgumentException if the limit is exceeded; the message has the dataset's size
   */
  static TrainRows of(Datasets.Train config, SparkDataset data) {
    TrainRows rows = new TrainRows(config, data, data.rows());
    rows.checkSize();
    return rows;
  }

  /**
   * Collects all rows in dataset order; the manager owns the arrays.
   *
   * @throws IllegalArgumentException if the dataset has no rows, or a tensor is bfloat16
   */
  ArrayDataset collect(NDManager manager) {
    ArrayDataset collected =
        TrainingSet.collect(data, count, config.inputs(), config.targets(), manager);
    log.info("collected {} rows to train on in the driver's memory", count);
    return collected;
  }

  private void checkSize() {
    long rowBytes = data.tensors().stream().mapToLong(TensorKind::rowBytes).sum();
    if (count > config.limit().bytes() / rowBytes) {
      throw new IllegalArgumentException(
          "the dataset to train on has %s rows of %s bytes, which exceeds its limit of %s; raise"
                  .formatted(count, rowBytes, config.limit())
              + " limit and the driver's memory, or select fewer rows with sql");
    }
  }
}
