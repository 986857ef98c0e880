package io.ostinato.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.ostinato.libraries.DeviceSteps;
import io.ostinato.libraries.DeviceSteps.Step;
import io.ostinato.weights.HostArray;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * A batch whose columns are on the device until it is closed, or which is still to be copied there.
 * It can be created by one thread, and used and closed by another.
 */
public final class StagedBatch implements AutoCloseable {
  private static final Runnable NOTHING = () -> {};

  private final BatchPart part;
  private final @Nullable NDManager scope;
  private final NDList columns;
  private final AtomicReference<Runnable> atClose = new AtomicReference<>(NOTHING);

  private StagedBatch(BatchPart part, @Nullable NDManager scope, NDList columns) {
    this.part = part;
    this.scope = scope;
    this.columns = columns;
  }

  /** Copies the rows of a batch that could be read to the device of this manager. */
  public static StagedBatch of(DataBatch batch, NDManager device) {
    return of(BatchPart.whole(batch), device);
  }

  /** Copies rows of a batch to the device of this manager. */
  static StagedBatch of(BatchPart part, NDManager device) {
    List<HostArray> arrays = part.arrays();
    return stage(part, device, (i, scope) -> arrays.get(i).copyTo(scope));
  }

  /**
   * Copies a batch, all of whose rows could be read, from columns that are already on the device of
   * this manager.
   */
  public static StagedBatch copyOf(DataBatch batch, NDList columns, NDManager device) {
    BatchPart part = BatchPart.whole(batch);
    List<@Nullable PaddingCut> cuts = part.cuts();
    return stage(
        part,
        device,
        (i, scope) -> {
          PaddingCut cut = cuts.get(i);
          NDArray copy = cut == null ? columns.get(i).duplicate() : cut.copyOf(columns.get(i));
          copy.attach(scope);
          copy.setName(columns.get(i).getName());
          return copy;
        });
  }

  /**
   * A batch over columns that are already on the device of this manager, without a copy: whoever
   * processes it can change them, and nobody else may use them until the batch is closed.
   *
   * @param batch without masks; all of its rows could be read
   * @param atClose called once, when the batch is closed
   */
  public static StagedBatch over(
      DataBatch batch, NDList columns, NDManager device, Runnable atClose) {
    StagedBatch staged =
        stage(
            BatchPart.whole(batch),
            device,
            (i, scope) -> {
              NDArray view = view(columns.get(i));
              view.attach(scope);
              return view;
            });
    staged.atClose.set(atClose);
    return staged;
  }

  /** A batch that is still to be copied to the device. */
  public static StagedBatch onHost(DataBatch batch) {
    return new StagedBatch(BatchPart.whole(batch), null, new NDList());
  }

  private static StagedBatch stage(
      BatchPart part, NDManager device, BiFunction<Integer, NDManager, NDArray> column) {
    NDManager scope = device.newSubManager();
    try {
      DeviceSteps.begin(Step.STAGE, part.rows());
      NDList columns = new NDList(part.batch().arrays().size());
      for (int i = 0; i < part.batch().arrays().size(); i++) {
        columns.add(column.apply(i, scope));
      }
      return new StagedBatch(part, scope, columns);
    } catch (RuntimeException | Error e) {
      scope.close();
      throw e;
    }
  }

  /** The rows on the host. */
  public DataBatch data() {
    return part.batch();
  }

  BatchPart part() {
    return part;
  }

  /** Whether the columns are on the device. */
  boolean isOnDevice() {
    return scope != null;
  }

  /** A batch over the columns themselves. */
  EvaluationBatch batch() {
    return batch(columns);
  }

  /**
   * A batch over the same memory, whose arrays can be renamed and closed without affecting this
   * one.
   */
  EvaluationBatch view() {
    NDList views = new NDList(columns.size());
    columns.forEach(column -> views.add(view(column)));
    return batch(views);
  }

  private static NDArray view(NDArray column) {
    NDArray view = column.reshape(column.getShape());
    view.setName(column.getName());
    return view;
  }

  private EvaluationBatch batch(NDList arrays) {
    List<String> names = part.batch().arrays().stream().map(HostArray::name).toList();
    return new EvaluationBatch(
        names, arrays, part.firstRow(), part.rows(), part.distances(), part.values());
  }

  /** The columns whose content on the device differs from that on the host. */
  List<String> changedColumns() {
    List<String> changed = new ArrayList<>();
    List<HostArray> arrays = part.arrays();
    for (int i = 0; i < columns.size(); i++) {
      HostArray array = arrays.get(i);
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
    if (scope != null) {
      scope.close();
    }
    atClose.getAndSet(NOTHING).run();
  }

  private static List<ByteBuffer> content(NDArray column) {
    return column.isEmpty() ? List.of() : List.of(column.toByteBuffer(true));
  }
}
