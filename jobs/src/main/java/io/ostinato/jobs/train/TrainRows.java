package io.ostinato.jobs.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.ArrayDataset;
import io.ostinato.evaluation.DataBatch;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.data.TensorKind;
import io.ostinato.weights.HostArray;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Collects the dataset to train on in the driver's memory. */
final class TrainRows {
  private static final Logger log = LoggerFactory.getLogger(TrainRows.class);
  private static final int BATCH_ROWS = 4096;

  /** Rows of images are large; a batch is an array of Java on each side. */
  private static final long BATCH_BYTES = 64L << 20;

  private TrainRows() {}

  /**
   * Collects all rows in dataset order; the manager owns the arrays.
   *
   * @throws IllegalArgumentException if the dataset has no rows or exceeds the limit; the message
   *     has its size
   */
  static ArrayDataset collect(Datasets.Train config, SparkDataset data, NDManager manager) {
    long rows = data.rows();
    List<TensorKind> tensors = data.tensors();
    checkTypes(tensors);
    checkSize(config, tensors, rows);
    Map<String, NDArray> arrays = new LinkedHashMap<>();
    tensors.forEach(
        tensor ->
            arrays.put(
                tensor.name(),
                manager.create(new Shape(rows).addAll(tensor.shape()), tensor.dataType())));
    long batchRows = Math.max(1, Math.min(BATCH_ROWS, BATCH_BYTES / rowBytes(tensors)));
    try (Stream<DataBatch> batches = data.batches((int) batchRows)) {
      for (Iterator<DataBatch> each = batches.iterator(); each.hasNext(); ) {
        copy(each.next(), arrays, manager);
      }
    } finally {
      data.unpersist();
    }
    log.info("collected {} rows to train on in the driver's memory", rows);
    return new ArrayDataset.Builder()
        .setData(named(config.inputs(), arrays))
        .optLabels(named(config.targets(), arrays))
        .setSampling(1, false) // the training loop draws the batches
        .build();
  }

  private static void checkTypes(List<TensorKind> tensors) {
    tensors.stream()
        .filter(tensor -> tensor.dataType() == DataType.BFLOAT16)
        .forEach(
            tensor -> {
              throw new IllegalArgumentException(
                  "the tensor '%s' of the dataset to train on is bfloat16, with which DJL can't train;"
                          .formatted(tensor.name())
                      + " use float32");
            });
  }

  private static void checkSize(Datasets.Train config, List<TensorKind> tensors, long rows) {
    if (rows == 0) {
      throw new IllegalArgumentException("the dataset to train on has no rows");
    }
    long rowBytes = rowBytes(tensors);
    if (rows > config.limit().bytes() / rowBytes) {
      throw new IllegalArgumentException(
          "the dataset to train on has %s rows of %s bytes, which exceeds its limit of %s; raise"
                  .formatted(rows, rowBytes, config.limit())
              + " limit and the driver's memory, or select fewer rows with sql");
    }
  }

  private static long rowBytes(List<TensorKind> tensors) {
    return tensors.stream().mapToLong(TensorKind::rowBytes).sum();
  }

  private static void copy(DataBatch batch, Map<String, NDArray> arrays, NDManager manager) {
    NDIndex rows = new NDIndex("{}:{}", batch.firstRow(), batch.firstRow() + batch.rows());
    try (NDManager scope = manager.newSubManager()) {
      for (HostArray array : batch.arrays()) {
        NDArray target = arrays.get(array.name());
        if (target != null) {
          target.set(rows, array.copyTo(scope));
        }
      }
    }
  }

  private static NDArray[] named(List<String> names, Map<String, NDArray> arrays) {
    return names.stream().map(arrays::get).toArray(NDArray[]::new);
  }
}
