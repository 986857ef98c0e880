package io.ostinato.spark.resident;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.ostinato.evaluation.DataBatch;
import io.ostinato.evaluation.StagedBatch;
import io.ostinato.weights.HostArray;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Batches whose columns stay on a device while there is room. Users get a copy made on the device,
 * so their modifications don't affect later users. Thread-safe.
 *
 * <p>If there is no room, a whole dataset is evicted in favour of one that has been read twice
 * since the first was last used. Evicting the least recently used batch instead would keep none:
 * when datasets are read in turn from the first batch to the last, that is always the batch needed
 * next.
 *
 * <p>A batch with other content than the one that is kept for its place replaces it.
 */
public final class ResidentBatches {
  private record Place(String dataset, TaskDevice device) {}

  private record Columns(
      NDManager owner, NDList arrays, List<DataType> types, long sizeBytes, List<Long> checksums) {

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
  }

  /** The batches of one dataset on one device, and the times of its reads. */
  private static final class Batches {
    private final Map<Long, Columns> byFirstRow = new HashMap<>();
    private final Set<Long> readNow = new HashSet<>();
    private long readBegan;
    private long readBeganBefore;
    private long lastUse;

    /** Records a use; a batch that is used again begins another read. */
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

    /** Whether the other dataset was read twice since this one was last used. */
    boolean givesWayTo(Batches other) {
      return lastUse < other.readBeganBefore;
    }

    /** Frees one batch and returns its size in bytes. */
    long free(long firstRow) {
      Columns columns = Objects.requireNonNull(byFirstRow.remove(firstRow));
      columns.owner().close();
      return columns.sizeBytes();
    }

    /** Frees the batches and returns their size in bytes. */
    long free() {
      return List.copyOf(byFirstRow.keySet()).stream().mapToLong(this::free).sum();
    }
  }

  private final Map<Place, Batches> datasets = new HashMap<>();
  private final Map<TaskDevice, Long> bytes = new HashMap<>();
  private long clock;

  ResidentBatches() {}

  /**
   * Copies a batch to the device; if there is room, and all of its rows could be read, it stays
   * there for later calls.
   *
   * @param dataset identifies the dataset and its batch size
   * @param manager owns the returned arrays
   * @param limitBytes maximum size of the batches that this device keeps, in bytes; 0 keeps none
   */
  public StagedBatch stage(
      String dataset, DataBatch batch, TaskDevice device, NDManager manager, long limitBytes) {
    if (limitBytes > 0 && batch.skipped().isEmpty()) {
      synchronized (datasets) {
        Columns columns = resident(new Place(dataset, device), batch, limitBytes);
        if (columns != null) {
          return StagedBatch.copyOf(batch, columns.arrays(), manager);
        }
      }
    }
    return StagedBatch.of(batch, manager);
  }

  /** Frees all batches of a device; returns whether there were any. */
  boolean free(TaskDevice device) {
    synchronized (datasets) {
      boolean freed = sizeBytes(device) > 0;
      datasets.keySet().stream()
          .filter(place -> place.device().equals(device))
          .toList()
          .forEach(this::remove);
      return freed;
    }
  }

  /** Frees the batches of one dataset on all devices. */
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

  /** Size of the batches that a device keeps, in bytes. */
  long sizeBytes(TaskDevice device) {
    synchronized (datasets) {
      return bytes.getOrDefault(device, 0L);
    }
  }

  /** Number of batches of a dataset that a device keeps. */
  int count(String dataset, TaskDevice device) {
    synchronized (datasets) {
      Batches batches = datasets.get(new Place(dataset, device));
      return batches == null ? 0 : batches.byFirstRow.size();
    }
  }

  private @Nullable Columns resident(Place place, DataBatch batch, long limitBytes) {
    Batches batches = datasets.computeIfAbsent(place, p -> new Batches());
    batches.use(batch.firstRow(), ++clock);
    Columns columns = batches.byFirstRow.get(batch.firstRow());
    if (columns != null && !columns.areOf(batch)) {
      bytes.merge(place.device(), -batches.free(batch.firstRow()), Long::sum);
      columns = null;
    }
    if (columns == null && makeRoom(place.device(), batches, sizeBytes(batch), limitBytes)) {
      columns = copy(batch, place.device());
      batches.byFirstRow.put(batch.firstRow(), columns);
      bytes.merge(place.device(), columns.sizeBytes(), Long::sum);
    }
    return columns;
  }

  /** Makes room, by eviction if necessary; returns whether there is room now. */
  private boolean makeRoom(TaskDevice device, Batches batches, long wanted, long limitBytes) {
    if (wanted > limitBytes || bytes.getOrDefault(device, 0L) + wanted <= limitBytes) {
      return wanted <= limitBytes;
    }
    List<Place> givingWay =
        datasets.entrySet().stream()
            .filter(entry -> entry.getKey().device().equals(device))
            .filter(entry -> entry.getValue().givesWayTo(batches))
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
    Batches batches = datasets.remove(place);
    if (batches != null) {
      bytes.merge(place.device(), -batches.free(), Long::sum);
    }
  }

  private static Columns copy(DataBatch batch, TaskDevice device) {
    NDManager owner = Engine.getInstance().newBaseManager(device.device());
    try {
      NDList arrays = new NDList(batch.arrays().size());
      batch.arrays().forEach(array -> arrays.add(array.copyTo(owner)));
      return new Columns(
          owner,
          arrays,
          batch.arrays().stream().map(HostArray::dataType).toList(),
          sizeBytes(batch),
          batch.arrays().stream().map(HostArray::checksum).toList());
    } catch (RuntimeException | Error e) {
      owner.close();
      throw e;
    }
  }

  private static long sizeBytes(DataBatch batch) {
    return batch.arrays().stream().mapToLong(HostArray::sizeBytes).sum();
  }
}
