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
 * A block whose columns are on the device, until it is closed. It is made by one thread, and may be
 * used and closed by another.
 */
public final class StagedBlock implements AutoCloseable {
  private final DataBlock block;
  private final NDManager scope;
  private final NDList columns;

  private StagedBlock(DataBlock block, NDManager scope, NDList columns) {
    this.block = block;
    this.scope = scope;
    this.columns = columns;
  }

  /** Copies a block to the device of this manager. */
  public static StagedBlock of(DataBlock block, NDManager device) {
    return stage(block, device, (i, scope) -> block.arrays().get(i).copyTo(scope));
  }

  /** Copies a block from columns that are on the device of this manager already. */
  public static StagedBlock copyOf(DataBlock block, NDList columns, NDManager device) {
    return stage(
        block,
        device,
        (i, scope) -> {
          NDArray copy = columns.get(i).duplicate();
          copy.attach(scope);
          copy.setName(columns.get(i).getName());
          return copy;
        });
  }

  private static StagedBlock stage(
      DataBlock block, NDManager device, BiFunction<Integer, NDManager, NDArray> column) {
    NDManager scope = device.newSubManager();
    try {
      NDList columns = new NDList(block.arrays().size());
      for (int i = 0; i < block.arrays().size(); i++) {
        columns.add(column.apply(i, scope));
      }
      return new StagedBlock(block, scope, columns);
    } catch (RuntimeException | Error e) {
      scope.close();
      throw e;
    }
  }

  public DataBlock block() {
    return block;
  }

  /** A batch over the columns themselves. */
  EvaluationBatch batch() {
    return new EvaluationBatch(names(), columns, block.firstRow(), block.rows());
  }

  /** A batch over the same memory, whose arrays may be named and closed without being missed. */
  EvaluationBatch view() {
    NDList views = new NDList(columns.size());
    for (NDArray column : columns) {
      NDArray view = column.reshape(column.getShape());
      view.setName(column.getName());
      views.add(view);
    }
    return new EvaluationBatch(names(), views, block.firstRow(), block.rows());
  }

  /** The columns that have not the content of the block any more. */
  List<String> changedColumns() {
    List<String> changed = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      HostArray array = block.arrays().get(i);
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
    return block.arrays().stream().map(HostArray::name).toList();
  }

  private static List<ByteBuffer> content(NDArray column) {
    return column.isEmpty() ? List.of() : List.of(column.toByteBuffer(true));
  }
}
