package io.ostinato.spark.resident;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.ostinato.evaluation.DataBatch;
import io.ostinato.weights.HostArray;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The columns of one batch on a device. Guarded by the lock of {@link ResidentBatches}, except that
 * whoever has borrowed them may use them without it.
 */
final class ResidentColumns {
  private final NDManager owner;
  private final NDList arrays;
  private final List<DataType> types;
  private final List<Long> checksums;
  private final long sizeBytes;
  private boolean isLent;
  private boolean isFreed;

  private ResidentColumns(NDManager owner, NDList arrays, DataBatch batch) {
    this.owner = owner;
    this.arrays = arrays;
    this.types = batch.arrays().stream().map(HostArray::dataType).toList();
    this.checksums = batch.arrays().stream().map(HostArray::checksum).toList();
    this.sizeBytes = sizeBytes(batch);
  }

  /** Copies the columns of a batch to a device. */
  static ResidentColumns copyOf(DataBatch batch, TaskDevice device) {
    NDManager owner = Engine.getInstance().newBaseManager(device.device());
    try {
      NDList arrays = new NDList(batch.arrays().size());
      batch.arrays().forEach(array -> arrays.add(array.copyTo(owner)));
      return new ResidentColumns(owner, arrays, batch);
    } catch (RuntimeException | Error e) {
      owner.close();
      throw e;
    }
  }

  /** Whether a batch can be lent on a CPU: without a copy, and compared with its checksums. */
  static boolean canBeLent(DataBatch batch) {
    return batch.masks().isEmpty() && batch.arrays().stream().allMatch(HostArray::isReadInPlace);
  }

  /** Size of the columns of a batch, in bytes. */
  static long sizeBytes(DataBatch batch) {
    return batch.arrays().stream().mapToLong(HostArray::sizeBytes).sum();
  }

  NDList arrays() {
    return arrays;
  }

  long sizeBytes() {
    return sizeBytes;
  }

  /** Whether these are the columns of this batch, and not of one that was at its place before. */
  boolean areOf(DataBatch batch) {
    return arrays.size() == batch.arrays().size()
        && IntStream.range(0, arrays.size()).allMatch(i -> isColumn(i, batch));
  }

  private boolean isColumn(int position, DataBatch batch) {
    HostArray column = batch.arrays().get(position);
    NDArray array = arrays.get(position);
    return column.name().equals(array.getName())
        && column.dataType() == types.get(position)
        && column.shape().equals(array.getShape())
        && column.checksum() == checksums.get(position);
  }

  /** Whether their memory is as it was copied; false if it can't be read in place. */
  boolean areUnchanged() {
    return IntStream.range(0, arrays.size())
        .allMatch(i -> HostArray.hasChecksum(arrays.get(i), checksums.get(i)));
  }

  boolean isLent() {
    return isLent;
  }

  /** Lends them to one user, who returns them. */
  void lend() {
    isLent = true;
  }

  /** Takes them back. */
  void takeBack() {
    isLent = false;
    if (isFreed) {
      owner.close();
    }
  }

  /** Frees them, once they are not lent. */
  void free() {
    isFreed = true;
    if (!isLent) {
      owner.close();
    }
  }
}
