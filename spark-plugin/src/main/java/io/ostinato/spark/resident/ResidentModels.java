package io.ostinato.spark.resident;

import ai.djl.Device;
import io.ostinato.evaluation.LoadedModel;
import io.ostinato.weights.Manifest;
import io.ostinato.weights.WeightSnapshot;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The models that this process keeps loaded, by architecture and device. Thread-safe.
 *
 * <p>Tasks at the same weights share a model; a task that comes with other weights waits until
 * nobody runs it, and refreshes it in place. The models that were used longest ago go first where a
 * device has more than it may keep.
 */
public final class ResidentModels {
  private static final ResidentModels OF_THIS_PROCESS = new ResidentModels();

  private record Key(ModelId model, Device device) {}

  private final Map<Key, ResidentModel> models = new LinkedHashMap<>(16, 0.75f, true);

  ResidentModels() {}

  /** The one registry of this process, because a process is what owns a device's memory. */
  public static ResidentModels ofThisProcess() {
    return OF_THIS_PROCESS;
  }

  /**
   * Takes a model at these weights, and loads what is missing.
   *
   * @param weights asked only where the model isn't at the manifest
   * @param keep how many models the device keeps
   */
  public Lease lease(
      ModelId id, Device device, Manifest manifest, Supplier<WeightSnapshot> weights, int keep)
      throws InterruptedException {
    ResidentModel model;
    synchronized (models) {
      model = models.computeIfAbsent(new Key(id, device), key -> new ResidentModel(id, device));
      model.pin();
      evict(device, keep);
    }
    try {
      return new Lease(model, model.acquire(manifest, weights));
    } catch (InterruptedException | RuntimeException | Error e) {
      model.unpin();
      throw e;
    }
  }

  /** Frees one architecture on all devices. */
  public void close(ModelId id) {
    synchronized (models) {
      models
          .entrySet()
          .removeIf(
              entry -> {
                boolean match = entry.getKey().model().equals(id);
                if (match) {
                  entry.getValue().close();
                }
                return match;
              });
    }
  }

  /** Frees everything. */
  public void closeAll() {
    synchronized (models) {
      models.values().forEach(ResidentModel::close);
      models.clear();
    }
  }

  int size() {
    synchronized (models) {
      return models.size();
    }
  }

  private void evict(Device device, int keep) {
    long present = models.keySet().stream().filter(key -> key.device().equals(device)).count();
    Iterator<Map.Entry<Key, ResidentModel>> oldestFirst = models.entrySet().iterator();
    while (present > keep && oldestFirst.hasNext()) {
      Map.Entry<Key, ResidentModel> entry = oldestFirst.next();
      if (entry.getKey().device().equals(device) && !entry.getValue().isPinned()) {
        oldestFirst.remove();
        entry.getValue().close();
        present--;
      }
    }
  }

  /** A model at known weights, until it is closed by the thread that took it. */
  public static final class Lease implements AutoCloseable {
    private final ResidentModel resident;
    private final LoadedModel model;

    private Lease(ResidentModel resident, LoadedModel model) {
      this.resident = resident;
      this.model = model;
    }

    public LoadedModel model() {
      return model;
    }

    public long builds() {
      return resident.builds();
    }

    public long refreshes() {
      return resident.refreshes();
    }

    @Override
    public void close() {
      resident.release();
      resident.unpin();
    }
  }
}
