package io.ostinato.spark.resident;

import io.ostinato.model.LoadedModel;
import io.ostinato.weights.Manifest;
import io.ostinato.weights.WeightSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
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
 * What this process keeps on its devices: models by architecture and device, each in one or more
 * versions, and batches of data; and the threads that compute there. Thread-safe.
 *
 * <p>Tasks at the same weights share a model. One that comes with other weights refreshes, in
 * place, a version that nobody needs; where all are needed it makes another, up to a limit, and
 * beyond that waits. The models that were used longest ago go first where a device has more than it
 * may keep.
 */
public final class ResidentModels {
  private static final ResidentModels OF_THIS_PROCESS = new ResidentModels();

  /** Where a model is found; one that is used alone is none that others share. */
  private record Key(ModelId model, TaskDevice device, boolean alone) {}

  private final Map<Key, ModelVersions> models = new LinkedHashMap<>();
  private final Map<TaskDevice, Semaphore> permits = new HashMap<>();
  private final Devices devices = new Devices(Gpus::ofThisProcess);
  private final ResidentBatches batches = new ResidentBatches();
  private final EvaluationCounters counters = new EvaluationCounters();
  private final RowReports rowReports = new RowReports();
  private final ExecutorService workers = Executors.newCachedThreadPool(ResidentModels::worker);
  private long clock;

  ResidentModels() {}

  /** The one registry of this process, because a process is what owns a device's memory. */
  public static ResidentModels ofThisProcess() {
    return OF_THIS_PROCESS;
  }

  /**
   * How much may stay.
   *
   * @param models how many models a device keeps
   * @param versions how many versions of one model
   */
  public record Limits(int models, int versions) {}

  /**
   * Which weights a task needs.
   *
   * @param manifest the weights
   * @param live those that evaluations in flight need, these among them
   * @param source asked only where no version has these weights
   */
  public record Wanted(Manifest manifest, Set<String> live, Supplier<WeightSource> source) {}

  /** Takes a model at these weights, and loads what is missing. */
  public Lease lease(ModelId id, TaskDevice device, Wanted wanted, Limits limits)
      throws InterruptedException {
    return lease(new Key(id, device, false), wanted, limits);
  }

  /** The same of a model that nobody else uses until the lease ends; others have their own. */
  public Lease leaseAlone(ModelId id, TaskDevice device, Wanted wanted, Limits limits)
      throws InterruptedException {
    return lease(new Key(id, device, true), wanted, limits);
  }

  private Lease lease(Key key, Wanted wanted, Limits limits) throws InterruptedException {
    ResidentModel model = take(key, wanted, limits);
    try {
      return new Lease(model, model.load(wanted.manifest(), wanted.source()));
    } catch (InterruptedException | RuntimeException | Error e) {
      leave(model);
      throw e;
    }
  }

  /** How many may compute on this device at a time; whoever asks first decides. */
  public Semaphore permits(TaskDevice device, int tasks) {
    synchronized (models) {
      return permits.computeIfAbsent(device, d -> new Semaphore(tasks, true));
    }
  }

  /** Which device each task has. */
  public Devices devices() {
    return devices;
  }

  /** Batches that stay on devices. */
  public ResidentBatches batches() {
    return batches;
  }

  /** Threads that run batches beside the threads of tasks; they are kept for the next task. */
  public Executor workers() {
    return workers;
  }

  /** What evaluations have cost in this process. */
  public EvaluationCounters counters() {
    return counters;
  }

  /** What tasks of this process, or for evaluations of this process, tell about their rows. */
  public RowReports rowReports() {
    return rowReports;
  }

  /** Frees one architecture on all devices; versions in use are freed by their last user. */
  public void close(ModelId id) {
    retire(key -> key.model().equals(id));
  }

  /** Frees everything. */
  public void closeAll() {
    retire(key -> true);
    batches.closeAll();
  }

  private static Thread worker(Runnable run) {
    Thread thread = new Thread(run, "ostinato-forward");
    thread.setDaemon(true);
    return thread;
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
                .computeIfAbsent(key, k -> new ModelVersions(k.alone()))
                .choose(
                    wanted,
                    key.alone() ? Integer.MAX_VALUE : limits.versions(),
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
   * Takes unused models out until the device has no more than it may keep. Those of one model that
   * are used alone go with it.
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

  private void retire(Predicate<Key> condition) {
    List<ResidentModel> unused = new ArrayList<>();
    synchronized (models) {
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

  /** A model at known weights, until it is closed. */
  public final class Lease implements AutoCloseable {
    private final ResidentModel resident;
    private final LoadedModel model;

    private Lease(ResidentModel resident, LoadedModel model) {
      this.resident = resident;
      this.model = model;
    }

    public LoadedModel model() {
      return model;
    }

    /** How often the architecture was built on this device so far, for all versions. */
    public long builds() {
      return resident.all().builds();
    }

    /** How often a version on this device took other weights so far. */
    public long refreshes() {
      return resident.all().refreshes();
    }

    @Override
    public void close() {
      leave(resident);
    }
  }
}
