package io.ostinato.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.ostinato.weights.HostArray;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/**
 * A batch whose columns are on the device until it is closed. It can be created by one thread, and
 * used and closed by another.
 */
public final class StagedBatch implements AutoCloseable {
  private final DataBatch data;
  private final NDManager scope;
  private final NDList columns;

  private StagedBatch(DataBatch data, NDManager scope, NDList columns) {
    this.data = data;
    this.scope = scope;
    this.columns = columns;
  }

  /** Copies a batch to the device of this manager. */
  public static StagedBatch of(DataBatch batch, NDManager device) {
    return stage(batch, device, (i, scope) -> batch.arrays().get(i).copyTo(scope));
  }

  /** Copies a batch from columns that are already on the device of this manager. */
  public static StagedBatch copyOf(DataBatch batch, NDList columns, NDManager device) {
    return stage(
        batch,
        device,
        (i, scope) -> {
          NDArray copy = columns.get(i).duplicate();
          copy.attach(scope);
          copy.setName(columns.get(i).getName());
          return copy;
        });
  }

  private static StagedBatch stage(
      DataBatch batch, NDManager device, BiFunction<Integer, NDManager, NDArray> column) {
    NDManager scope = device.newSubManager();
    try {
      NDList columns = new NDList(batch.arrays().size());
      for (int i = 0; i < batch.arrays().size(); i++) {
        columns.add(column.apply(i, scope));
      }
      return new StagedBatch(batch, scope, columns);
    } catch (RuntimeException | Error e) {
      scope.close();
      throw e;
    }
  }

  /** The rows on the host. */
  public DataBatch data() {
    return data;
  }

  /** A batch over the columns themselves. */
  EvaluationBatch batch() {
    return new EvaluationBatch(names(), columns, data.firstRow(), data.rows());
  }

  /**
   * A batch over the same memory, whose arrays can be renamed and closed without affecting this
   * one.
   */
  EvaluationBatch view() {
    NDList views = new NDList(columns.size());
    for (NDArray column : columns) {
      NDArray view = column.reshape(column.getShape());
      view.setName(column.getName());
      views.add(view);
    }
    return new EvaluationBatch(names(), views, data.firstRow(), data.rows());
  }

  /** The columns whose content on the device differs from {@link #data}. */
  List<String> changedColumns() {
    List<String> changed = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      HostArray array = data.arrays().get(i);
      HostArray now =
          HostArray.of(array.name(), array.dataType(), array.shape(), content(columns.get(i)));
      if (!now.equals(array)) {
        changed.add(array.name());
      }
    }
    return changed;
  }

  @Override
  public void close() {
    scope.close();
  }

  private List<String> names() {
    return data.arrays().stream().map(HostArray::name).toList();
  }

  private static List<ByteBuffer> content(NDArray column) {
    return column.isEmpty() ? List.of() : List.of(column.toByteBuffer(true));
  }
}
