package io.ostinato.spark.resident;

import io.ostinato.model.LoadedModel;
import io.ostinato.spark.status.DeviceUse;
import io.ostinato.weights.Manifest;
import io.ostinato.weights.WeightSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * The models that this process keeps on its devices: by architecture and device, each in one or
 * more versions. Thread-safe.
 *
 * <p>Tasks with the same weights share a model. A task with other weights refreshes, in place, a
 * version that is no longer needed; if all are needed, it creates another one up to a limit, and
 * otherwise waits. If a device has more models than its limit, the least recently used are evicted.
 */
public final class ResidentModels {
  /** The key of a model; models that are used exclusively have their own. */
  private record Key(ModelId model, TaskDevice device, boolean alone) {}

  private final Map<Key, ModelVersions> models = new LinkedHashMap<>();
  private final CountsOfModels counts = new CountsOfModels(); // guarded by models
  private final ResidentBatches batches;
  private final DeviceChanges changes;
  private long clock;

  /**
   * Starts without models.
   *
   * @param batches what else is on the devices
   * @param changes counts what is loaded and freed
   */
  ResidentModels(ResidentBatches batches, DeviceChanges changes) {
    this.batches = batches;
    this.changes = changes;
  }

  /**
   * Limits of a device.
   *
   * @param models maximum number of models; those in use are not evicted
   * @param versions maximum number of versions of one model; of a model that is leased alone, for
   *     each task that has one
   */
  public record Limits(int models, int versions) {}

  /**
   * The weights that a task needs.
   *
   * @param manifest the weights
   * @param inFlight what evaluations needed when that of the task began
   * @param source called only if no version has these weights
   */
  public record Wanted(Manifest manifest, InFlight inFlight, Supplier<WeightSource> source) {}

  /**
   * Leases a shared model with these weights, and loads what is missing; waits for a free version.
   */
  public Lease lease(ModelId id, TaskDevice device, Wanted wanted, Limits limits)
      throws InterruptedException {
    return lease(new Key(id, device, false), wanted, limits);
  }

  /**
   * Leases a model for exclusive use until the lease ends; concurrent leases get their own models.
   */
  public Lease leaseAlone(ModelId id, TaskDevice device, Wanted wanted, Limits limits)
      throws InterruptedException {
    return lease(new Key(id, device, true), wanted, limits);
  }

  private Lease lease(Key key, Wanted wanted, Limits limits) throws InterruptedException {
    ResidentModel model = take(key, wanted, limits);
    try {
      return new Lease(model, key.device(), model.load(wanted.manifest(), wanted.source()));
    } catch (InterruptedException | RuntimeException | Error e) {
      leave(model);
      throw e;
    }
  }

  /**
   * Removes the versions of a model that have these weights, since a thread may never stop using
   * one: later leases get others. A version is freed by its last user.
   */
  public void abandon(ModelId id, Manifest weights) {
    List<ResidentModel> unused = new ArrayList<>();
    synchronized (models) {
      models.forEach(
          (key, versions) -> {
            if (key.model().equals(id)) {
              unused.addAll(versions.retire(weights));
            }
          });
      models.notifyAll();
    }
    unused.forEach(ResidentModel::close);
  }

  /** Frees all versions of models that nobody uses on a device; whether there was any. */
  boolean free(TaskDevice device) {
    List<ResidentModel> unused = new ArrayList<>();
    synchronized (models) {
      models.forEach(
          (key, versions) -> {
            if (key.device().equals(device)) {
              unused.addAll(versions.retireUnused());
            }
          });
      models.values().removeIf(ModelVersions::isEmpty);
    }
    boolean freed = unused.stream().filter(ResidentModel::isLoaded).count() > 0;
    unused.forEach(ResidentModel::close);
    return freed;
  }

  /** Frees one model on all devices; versions in use are freed by their last user. */
  public void close(ModelId id) {
    retire(key -> key.model().equals(id), () -> counts.forget(id));
  }

  /** Frees all models; versions in use are freed by their last user. */
  void closeAll() {
    retire(key -> true, counts::clear);
  }

  private DeviceUse use(TaskDevice device, long refreshBytes) {
    long batchBytes = batches.sizeBytes(device);
    synchronized (models) {
      long change = changes.count(); // first: a change while the rest is read makes it outdated
      Set<ModelId> loaded = new HashSet<>();
      int versions = 0;
      long weightBytes = 0;
      for (Map.Entry<Key, ModelVersions> entry : models.entrySet()) {
        if (entry.getKey().device().equals(device)) {
          for (long bytes : entry.getValue().loadedBytes()) {
            loaded.add(entry.getKey().model());
            versions++;
            weightBytes += bytes;
          }
        }
      }
      return new DeviceUse(change, loaded.size(), versions, weightBytes, batchBytes, refreshBytes);
    }
  }

  int size() {
    synchronized (models) {
      return models.size();
    }
  }

  private ResidentModel take(Key key, Wanted wanted, Limits limits) throws InterruptedException {
    List<ResidentModel> evicted;
    ResidentModel taken = null;
    synchronized (models) {
      while (taken == null) {
        taken =
            models
                .computeIfAbsent(
                    key,
                    k -> new ModelVersions(k.alone(), counts.of(k.model(), k.device()), changes))
                .choose(
                    wanted,
                    limits.versions(),
                    all ->
                        new ResidentModel(
                            key.model(), key.device().device(), wanted.manifest(), all));
        if (taken == null) {
          models.wait();
        }
      }
      taken.use(++clock);
      evicted = evict(key.device(), limits.models());
    }
    evicted.forEach(ResidentModel::close);
    return taken;
  }

  /**
   * Evicts unused models until the device is within its limit. Exclusive instances of a model are
   * evicted with it.
   */
  private List<ResidentModel> evict(TaskDevice device, int keep) {
    Map<ModelId, List<Key>> keys = new LinkedHashMap<>();
    models.entrySet().stream()
        .filter(entry -> entry.getKey().device().equals(device))
        .sorted(Comparator.comparingLong(entry -> entry.getValue().lastUse()))
        .map(Map.Entry::getKey)
        .forEach(key -> keys.computeIfAbsent(key.model(), id -> new ArrayList<>()).add(key));
    List<ResidentModel> evicted = new ArrayList<>();
    int present = keys.size();
    for (List<Key> ofOne : keys.values()) {
      List<ModelVersions> versions =
          ofOne.stream().map(models::get).filter(Objects::nonNull).toList();
      if (present > keep && versions.stream().noneMatch(ModelVersions::isUsed)) {
        models.keySet().removeAll(Set.copyOf(ofOne));
        versions.forEach(each -> evicted.addAll(each.retire()));
        present--;
      }
    }
    return evicted;
  }

  private void retire(Predicate<Key> condition, Runnable forgetting) {
    List<ResidentModel> unused = new ArrayList<>();
    synchronized (models) {
      forgetting.run();
      List<Key> keys = models.keySet().stream().filter(condition).toList();
      for (Key key : keys) {
        ModelVersions versions = models.remove(key);
        if (versions != null) {
          unused.addAll(versions.retire());
        }
      }
      models.notifyAll();
    }
    unused.forEach(ResidentModel::close);
  }

  private void leave(ResidentModel model) {
    boolean close;
    synchronized (models) {
      close = model.leave();
      models.notifyAll();
    }
    if (close) {
      model.close();
    }
  }

  /** A model with known weights, reserved until this is closed. */
  public final class Lease implements AutoCloseable {
    private final ResidentModel resident;
    private final TaskDevice device;
    private final LoadedModel model;

    private Lease(ResidentModel resident, TaskDevice device, LoadedModel model) {
      this.resident = resident;
      this.device = device;
      this.model = model;
    }

    public LoadedModel model() {
      return model;
    }

    /**
     * How many times the architecture was built on this device so far, for all versions, including
     * those that were evicted.
     */
    public long builds() {
      return resident.all().counts().builds();
    }

    /** How many times versions on this device loaded other weights so far. */
    public long refreshes() {
      return resident.all().counts().refreshes();
    }

    /** What the device keeps now. */
    public DeviceUse use() {
      return ResidentModels.this.use(device, resident.all().counts().refreshBytes());
    }

    @Override
    public void close() {
      leave(resident);
    }
  }
}
