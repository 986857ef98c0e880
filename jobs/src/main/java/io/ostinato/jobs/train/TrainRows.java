package io.ostinato.jobs.train;

import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.ArrayDataset;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.data.TensorKind;
import io.ostinato.spark.data.TrainingSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Collects the dataset to train on in the driver's memory, up to its limit. */
final class TrainRows {
  private static final Logger log = LoggerFactory.getLogger(TrainRows.class);

  private TrainRows() {}

  /**
   * Collects all rows in dataset order; the manager owns the arrays.
   *
   * @throws IllegalArgumentException if the dataset has no rows or exceeds the limit; the message
   *     has its size
   */
  static ArrayDataset collect(Datasets.Train config, SparkDataset data, NDManager manager) {
    long rows = data.rows();
    checkSize(config, data, rows);
    ArrayDataset collected =
        TrainingSet.collect(data, rows, config.inputs(), config.targets(), manager);
    log.info("collected {} rows to train on in the driver's memory", rows);
    return collected;
  }

  private static void checkSize(Datasets.Train config, SparkDataset data, long rows) {
    long rowBytes = data.tensors().stream().mapToLong(TensorKind::rowBytes).sum();
    if (rows > config.limit().bytes() / rowBytes) {
      throw new IllegalArgumentException(
          "the dataset to train on has %s rows of %s bytes, which exceeds its limit of %s; raise"
                  .formatted(rows, rowBytes, config.limit())
              + " limit and the driver's memory, or select fewer rows with sql");
    }
  }
}
