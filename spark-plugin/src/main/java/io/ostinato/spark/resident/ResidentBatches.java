package io.ostinato.spark.resident;

import ai.djl.ndarray.NDManager;
import io.ostinato.evaluation.DataBatch;
import io.ostinato.evaluation.StagedBatch;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Batches whose columns stay on a device while there is room. Thread-safe.
 *
 * <p>Modifications by one user don't affect another one. On a GPU, each gets a copy made there. On
 * a CPU, columns are lent to one user at a time, and compared with their checksum before they are
 * lent again; of a dataset that was changed, nothing is kept from then on. A user who finds a batch
 * lent copies it from the heap.
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

  /** The batches of one dataset on one device, and the times of its reads. */
  private static final class Batches {
    private final Map<Long, ResidentColumns> byFirstRow = new HashMap<>();
    private final Set<Long> readNow = new HashSet<>();
    private long readBegan;
    private long readBeganBefore;
    private long lastUse;
    private boolean areChanged;

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

    boolean areReadAgain() {
      return readBeganBefore > 0;
    }

    /** Frees one batch and returns its size in bytes. */
    long free(long firstRow) {
      ResidentColumns columns = Objects.requireNonNull(byFirstRow.remove(firstRow));
      columns.free();
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
   * there for later calls. On a CPU, only batches stay that can be lent.
   *
   * @param dataset identifies the dataset and its batch size
   * @param manager owns the returned arrays
   * @param budget maximum size of the batches that this device keeps
   */
  public StagedBatch stage(
      String dataset, DataBatch batch, TaskDevice device, NDManager manager, BatchBudget budget) {
    boolean isGpu = device.device().isGpu();
    boolean canStay = batch.skipped().isEmpty() && (isGpu || ResidentColumns.canBeLent(batch));
    if (budget == BatchBudget.NONE || !canStay) {
      return StagedBatch.of(batch, manager);
    }
    Place place = new Place(dataset, device);
    @Nullable ResidentColumns lent = null;
    synchronized (datasets) {
      ResidentColumns columns = resident(place, batch, budget);
      if (columns != null && !columns.isLent()) {
        if (isGpu) {
          return StagedBatch.copyOf(batch, columns.arrays(), manager);
        }
        lent = columns;
        lent.lend();
      }
    }
    return lent == null ? StagedBatch.of(batch, manager) : borrowed(place, batch, lent, manager);
  }

  private StagedBatch borrowed(
      Place place, DataBatch batch, ResidentColumns lent, NDManager manager) {
    boolean isBorrowed = false;
    try {
      if (lent.areUnchanged()) {
        StagedBatch staged = StagedBatch.over(batch, lent.arrays(), manager, () -> takeBack(lent));
        isBorrowed = true;
        return staged;
      }
      keepNoneFromNowOn(place);
    } finally {
      if (!isBorrowed) {
        takeBack(lent);
      }
    }
    return StagedBatch.of(batch, manager);
  }

  /** Frees the batches of a dataset, any of which may have been changed, and keeps none again. */
  private void keepNoneFromNowOn(Place place) {
    synchronized (datasets) {
      Batches batches = datasets.get(place);
      if (batches != null && !batches.areChanged) {
        batches.areChanged = true;
        bytes.merge(place.device(), -batches.free(), Long::sum);
      }
    }
  }

  private void takeBack(ResidentColumns lent) {
    synchronized (datasets) {
      lent.takeBack();
    }
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

  private @Nullable ResidentColumns resident(Place place, DataBatch batch, BatchBudget budget) {
    Batches batches = datasets.computeIfAbsent(place, p -> new Batches());
    batches.use(batch.firstRow(), ++clock);
    ResidentColumns columns = batches.byFirstRow.get(batch.firstRow());
    if (columns != null && !columns.areOf(batch)) {
      bytes.merge(place.device(), -batches.free(batch.firstRow()), Long::sum);
      columns = null;
    }
    boolean isKept = !batches.areChanged && (budget.isFromFirstRead() || batches.areReadAgain());
    if (columns == null && isKept && makeRoom(place.device(), batches, batch, budget)) {
      columns = ResidentColumns.copyOf(batch, place.device());
      batches.byFirstRow.put(batch.firstRow(), columns);
      bytes.merge(place.device(), columns.sizeBytes(), Long::sum);
    }
    return columns;
  }

  /** Makes room, by eviction if necessary; returns whether there is room now. */
  private boolean makeRoom(
      TaskDevice device, Batches batches, DataBatch batch, BatchBudget budget) {
    long wanted = ResidentColumns.sizeBytes(batch);
    long limitBytes = budget.limitBytes(bytes.getOrDefault(device, 0L));
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
}
