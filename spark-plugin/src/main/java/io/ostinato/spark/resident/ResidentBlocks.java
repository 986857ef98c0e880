package io.ostinato.spark.resident;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.ostinato.evaluation.DataBlock;
import io.ostinato.evaluation.StagedBlock;
import io.ostinato.weights.HostArray;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Blocks whose columns stay on a device, as long as there is room. What is handed out is a copy
 * made on the device, so nothing that is done with it is ever seen again. Thread-safe.
 */
public final class ResidentBlocks {
  private record Key(String dataset, TaskDevice device, long firstRow) {}

  private record Columns(NDManager owner, NDList arrays, long sizeBytes) {}

  private final Map<Key, Columns> blocks = new HashMap<>();
  private final Map<TaskDevice, Long> bytes = new HashMap<>();

  ResidentBlocks() {}

  /**
   * A block on the device; it stays there from the first time on, if there is room.
   *
   * @param dataset identifies the dataset and the size of its blocks
   * @param manager of what is handed out
   * @param limitBytes the most bytes that this device may keep
   */
  public StagedBlock stage(
      String dataset, DataBlock block, TaskDevice device, NDManager manager, long limitBytes) {
    Key key = new Key(dataset, device, block.firstRow());
    synchronized (blocks) {
      Columns columns = blocks.get(key);
      if (columns == null && limitBytes > 0) {
        columns = keep(key, block, limitBytes);
      }
      if (columns != null) {
        return StagedBlock.copyOf(block, columns.arrays(), manager);
      }
    }
    return StagedBlock.of(block, manager);
  }

  /** Frees the blocks of one dataset. */
  public void close(String dataset) {
    synchronized (blocks) {
      blocks
          .entrySet()
          .removeIf(
              entry -> {
                boolean match = entry.getKey().dataset().equals(dataset);
                if (match) {
                  free(entry.getKey().device(), entry.getValue());
                }
                return match;
              });
    }
  }

  void closeAll() {
    synchronized (blocks) {
      blocks.forEach((key, columns) -> free(key.device(), columns));
      blocks.clear();
    }
  }

  private @Nullable Columns keep(Key key, DataBlock block, long limitBytes) {
    long size = block.arrays().stream().mapToLong(HostArray::sizeBytes).sum();
    if (bytes.getOrDefault(key.device(), 0L) + size > limitBytes) {
      return null;
    }
    NDManager owner = Engine.getInstance().newBaseManager(key.device().device());
    try {
      NDList arrays = new NDList(block.arrays().size());
      block.arrays().forEach(array -> arrays.add(array.copyTo(owner)));
      Columns columns = new Columns(owner, arrays, size);
      blocks.put(key, columns);
      bytes.merge(key.device(), size, Long::sum);
      return columns;
    } catch (RuntimeException | Error e) {
      owner.close();
      throw e;
    }
  }

  private void free(TaskDevice device, Columns columns) {
    columns.owner().close();
    bytes.merge(device, -columns.sizeBytes(), Long::sum);
  }
}
