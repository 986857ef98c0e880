package io.ostinato.spark.resident;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.ostinato.evaluation.DataBlock;
import io.ostinato.evaluation.StagedBlock;
import io.ostinato.weights.HostArray;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Blocks whose columns stay on a device, as long as there is room. What is handed out is a copy
 * made on the device, so nothing that is done with it is ever seen again. Thread-safe.
 *
 * <p>Where there is no room, a dataset gives way, as a whole, to one that was read twice since the
 * last of its own blocks was. To let the block go that was used longest ago would keep none: of
 * datasets that are read in turn from their first block to their last, that is always the next one
 * needed.
 */
public final class ResidentBlocks {
  private record Place(String dataset, TaskDevice device) {}

  private record Columns(NDManager owner, NDList arrays, long sizeBytes) {}

  /** The blocks of one dataset on one device, and when it was read. */
  private static final class Blocks {
    private final Map<Long, Columns> byFirstRow = new HashMap<>();
    private final Set<Long> readNow = new HashSet<>();
    private long readBegan;
    private long readBeganBefore;
    private long lastUse;

    /** A block that comes again begins another read. */
    void use(long firstRow, long now) {
      if (readNow.contains(firstRow)) {
        readNow.clear();
      }
      if (readNow.isEmpty()) {
        readBeganBefore = readBegan;
        readBegan = now;
      }
      readNow.add(firstRow);
      lastUse = now;
    }

    /** Whether the other one was read twice since this one was used. */
    boolean givesWayTo(Blocks other) {
      return lastUse < other.readBeganBefore;
    }

    /** Frees the device; gives how many bytes that were. */
    long free() {
      long freed = byFirstRow.values().stream().mapToLong(Columns::sizeBytes).sum();
      byFirstRow.values().forEach(columns -> columns.owner().close());
      byFirstRow.clear();
      return freed;
    }
  }

  private final Map<Place, Blocks> datasets = new HashMap<>();
  private final Map<TaskDevice, Long> bytes = new HashMap<>();
  private long clock;

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
    if (limitBytes > 0) {
      synchronized (datasets) {
        Columns columns = resident(new Place(dataset, device), block, limitBytes);
        if (columns != null) {
          return StagedBlock.copyOf(block, columns.arrays(), manager);
        }
      }
    }
    return StagedBlock.of(block, manager);
  }

  /** Frees the blocks of one dataset. */
  public void close(String dataset) {
    synchronized (datasets) {
      List<Place> places =
          datasets.keySet().stream().filter(place -> place.dataset().equals(dataset)).toList();
      places.forEach(this::remove);
    }
  }

  void closeAll() {
    synchronized (datasets) {
      List.copyOf(datasets.keySet()).forEach(this::remove);
    }
  }

  /** How many bytes a device keeps. */
  long sizeBytes(TaskDevice device) {
    synchronized (datasets) {
      return bytes.getOrDefault(device, 0L);
    }
  }

  /** How many blocks of a dataset a device keeps. */
  int count(String dataset, TaskDevice device) {
    synchronized (datasets) {
      Blocks blocks = datasets.get(new Place(dataset, device));
      return blocks == null ? 0 : blocks.byFirstRow.size();
    }
  }

  private @Nullable Columns resident(Place place, DataBlock block, long limitBytes) {
    Blocks blocks = datasets.computeIfAbsent(place, p -> new Blocks());
    blocks.use(block.firstRow(), ++clock);
    Columns columns = blocks.byFirstRow.get(block.firstRow());
    if (columns == null && makeRoom(place.device(), blocks, sizeBytes(block), limitBytes)) {
      columns = copy(block, place.device());
      blocks.byFirstRow.put(block.firstRow(), columns);
      bytes.merge(place.device(), columns.sizeBytes(), Long::sum);
    }
    return columns;
  }

  /** Whether there is room now. */
  private boolean makeRoom(TaskDevice device, Blocks blocks, long wanted, long limitBytes) {
    if (wanted > limitBytes || bytes.getOrDefault(device, 0L) + wanted <= limitBytes) {
      return wanted <= limitBytes;
    }
    List<Place> givingWay =
        datasets.entrySet().stream()
            .filter(entry -> entry.getKey().device().equals(device))
            .filter(entry -> entry.getValue().givesWayTo(blocks))
            .sorted(Comparator.comparingLong(entry -> entry.getValue().lastUse))
            .map(Map.Entry::getKey)
            .toList();
    for (Place place : givingWay) {
      remove(place);
      if (bytes.getOrDefault(device, 0L) + wanted <= limitBytes) {
        return true;
      }
    }
    return false;
  }

  private void remove(Place place) {
    Blocks blocks = datasets.remove(place);
    if (blocks != null) {
      bytes.merge(place.device(), -blocks.free(), Long::sum);
    }
  }

  private static Columns copy(DataBlock block, TaskDevice device) {
    NDManager owner = Engine.getInstance().newBaseManager(device.device());
    try {
      NDList arrays = new NDList(block.arrays().size());
      block.arrays().forEach(array -> arrays.add(array.copyTo(owner)));
      return new Columns(owner, arrays, sizeBytes(block));
    } catch (RuntimeException | Error e) {
      owner.close();
      throw e;
    }
  }

  private static long sizeBytes(DataBlock block) {
    return block.arrays().stream().mapToLong(HostArray::sizeBytes).sum();
  }
}
