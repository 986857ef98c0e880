package io.ostinato.spark.data;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.ArrayDataset;
import io.ostinato.evaluation.DataBatch;
import io.ostinato.weights.HostArray;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Collects a Spark dataset to train on in the driver's memory. */
public final class TrainingSet {
  private static final int BATCH_ROWS = 4096;

  /** Rows of images are large; a batch is an array of Java on each side. */
  private static final long BATCH_BYTES = 64L << 20;

  private TrainingSet() {}

  /**
   * Collects all rows in dataset order. The last tensor is the label, the others are inputs.
   *
   * @param manager owns the arrays
   * @throws IllegalArgumentException if the dataset has no rows or fewer than two tensors, a row
   *     function computes them, or one is bfloat16
   */
  public static ArrayDataset collect(SparkDataset data, NDManager manager) {
    List<String> names = data.tensors().stream().map(TensorKind::name).toList();
    if (names.size() < 2) {
      throw new IllegalArgumentException(
          "the dataset to train on has the columns %s; it needs an input and, as the last one, a label"
              .formatted(names));
    }
    int last = names.size() - 1;
    return collect(
        data, data.rows(), names.subList(0, last), names.subList(last, names.size()), manager);
  }

  /**
   * Collects all rows in dataset order.
   *
   * @param rows the number of rows, which {@link SparkDataset#rows} counts
   * @param inputs the names of the tensors that are inputs of the model, in its order
   * @param labels the names of the tensors that are the loss's labels
   * @param manager owns the arrays
   * @throws IllegalArgumentException if the dataset has no rows, or a tensor is bfloat16
   */
  public static ArrayDataset collect(
      SparkDataset data, long rows, List<String> inputs, List<String> labels, NDManager manager) {
    List<TensorKind> tensors = data.tensors();
    checkTypes(tensors);
    if (rows == 0) {
      throw new IllegalArgumentException("the dataset to train on has no rows");
    }
    Map<String, NDArray> arrays = new LinkedHashMap<>();
    tensors.forEach(
        tensor ->
            arrays.put(
                tensor.name(),
                manager.create(new Shape(rows).addAll(tensor.shape()), tensor.dataType())));
    long rowBytes = tensors.stream().mapToLong(TensorKind::rowBytes).sum();
    long batchRows = Math.max(1, Math.min(BATCH_ROWS, BATCH_BYTES / rowBytes));
    try (Stream<DataBatch> batches = data.batches((int) batchRows)) {
      for (Iterator<DataBatch> each = batches.iterator(); each.hasNext(); ) {
        copy(each.next(), arrays, manager);
      }
    } finally {
      data.unpersist();
    }
    return new ArrayDataset.Builder()
        .setData(named(inputs, arrays))
        .optLabels(named(labels, arrays))
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
