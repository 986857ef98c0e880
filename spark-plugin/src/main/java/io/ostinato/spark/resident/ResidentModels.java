package io.ostinato.spark.resident;

import io.ostinato.model.LoadedModel;
import io.ostinato.spark.status.DeviceUse;
import io.ostinato.spark.status.EvaluationBoard;
import io.ostinato.spark.status.EvaluationCounters;
import io.ostinato.weights.Manifest;
import io.ostinato.weights.WeightSource;
import java.lang.ref.WeakReference;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * The registry of what this process keeps on its devices: models by architecture and device, each
 * in one or more versions, batches of data, and the threads that compute on them. Thread-safe.
 *
 * <p>Tasks with the same weights share a model. A task with other weights refreshes, in place, a
 * version that is no longer needed; if all are needed, it creates another one up to a limit, and
 * otherwise waits. If a device has more models than its limit, the least recently used are evicted.
 */
public final class ResidentModels {
  private static final ResidentModels OF_THIS_PROCESS = new ResidentModels();

  /** The key of a model; models that are used exclusively have their own. */
  private record Key(ModelId model, TaskDevice device, boolean alone) {}

  /** How many tasks compute on a device at a time; another session can set another number. */
  private record Turns(TaskDevice device, int tasks) {}

  private final Map<Key, ModelVersions> models = new LinkedHashMap<>();
  private final CountsOfModels counts = new CountsOfModels(); // guarded by models
  private final Map<Turns, Semaphore> permits = new HashMap<>();
  private final Devices devices = new Devices(Gpus::ofThisProcess);
  private final ResidentBatches batches = new ResidentBatches();
  private final EvaluationCounters counters = new EvaluationCounters();
  private final DeviceChanges changes = new DeviceChanges(counters);
  private final ApplicationBoard board = new ApplicationBoard(Clock.systemUTC());
  private final RowReports rowReports = new RowReports();
  private final TaskWatchdog watchdog = new TaskWatchdog();
  private final Farewells farewells = new Farewells();
  private final SharedNatives natives = new SharedNatives();
  private final LocalWeights localWeights = new LocalWeights();
  private final ExhaustedMemory exhaustedMemory = new ExhaustedMemory();
  private final Object slotsLock = new Object();
  private WeakReference<Object> slotsOf = new WeakReference<>(null); // guarded by slotsLock
  private IdleSlots idleSlots = new IdleSlots(); // guarded by slotsLock
  private final ExecutorService workers = Executors.newCachedThreadPool(ResidentModels::worker);
  private long clock;

  ResidentModels() {}

  /**
   * The registry of this process. There is only one, because a process owns its memory on a device.
   */
  public static ResidentModels ofThisProcess() {
    return OF_THIS_PROCESS;
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

  /** As many permits to compute on a device, the same ones for all who ask for this number. */
  public Semaphore permits(TaskDevice device, int tasks) {
    synchronized (models) {
      return permits.computeIfAbsent(new Turns(device, tasks), turns -> new Semaphore(tasks, true));
    }
  }

  /** The assignment of devices to tasks. */
  public Devices devices() {
    return devices;
  }

  /** The batches that stay on devices. */
  public ResidentBatches batches() {
    return batches;
  }

  /** Native objects other than models and batches, which tasks share. */
  public SharedNatives natives() {
    return natives;
  }

  /** The weights that tasks can read in place, if the driver is in this process. */
  public LocalWeights localWeights() {
    return localWeights;
  }

  /** Runs batches on threads other than those of the tasks; threads are reused. */
  public Executor workers() {
    return workers;
  }

  /**
   * The task slots of this process.
   *
   * @param application identifies it: the next one in this process can have other slots
   */
  public IdleSlots idleSlots(Object application) {
    synchronized (slotsLock) {
      if (slotsOf.get() != application) {
        slotsOf = new WeakReference<>(application);
        idleSlots = new IdleSlots();
      }
      return idleSlots;
    }
  }

  /** The counters of the evaluations of this process. */
  public EvaluationCounters counters() {
    return counters;
  }

  /**
   * What the evaluations of an application do; on its driver. The board is let go with the
   * application.
   *
   * @param application identifies it
   */
  public EvaluationBoard board(Object application) {
    return board.of(application);
  }

  /** The row reports of tasks that run in this process, or for evaluations of this process. */
  public RowReports rowReports() {
    return rowReports;
  }

  /** Whether a task of this process ran out of memory. */
  public ExhaustedMemory exhaustedMemory() {
    return exhaustedMemory;
  }

  /** Watches the tasks of evaluations that have a deadline. */
  public TaskWatchdog watchdog() {
    return watchdog;
  }

  /** Why executors have ended themselves. */
  public Farewells farewells() {
    return farewells;
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

  /**
   * Frees memory of a device that is full: first all batches that stay there; if there are none,
   * all versions of models that nobody uses.
   *
   * @return whether anything was freed
   */
  public boolean free(TaskDevice device) {
    if (batches.free(device)) {
      return true;
    }
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

  /** Frees all models and batches; versions in use are freed by their last user. */
  public void closeAll() {
    retire(key -> true, counts::clear);
    batches.closeAll();
  }

  private static Thread worker(Runnable run) {
    Thread thread = new Thread(run, "ostinato-forward");
    thread.setDaemon(true);
    return thread;
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
