package io.ostinato.spark.resident;

import io.ostinato.spark.status.EvaluationBoard;
import io.ostinato.spark.status.EvaluationCounters;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/**
 * The registry of all that outlives a job in this process: the models and batches on its devices,
 * the threads that compute on them, and what they report. Thread-safe.
 */
public final class ProcessRegistry {
  private static final ProcessRegistry OF_THIS_PROCESS = new ProcessRegistry();

  /** How many tasks compute on a device at a time; another session can set another number. */
  private record Turns(TaskDevice device, int tasks) {}

  private final EvaluationCounters counters = new EvaluationCounters();
  private final ResidentBatches batches = new ResidentBatches();
  private final ResidentModels models = new ResidentModels(batches, new DeviceChanges(counters));
  private final Map<Turns, Semaphore> permits = new HashMap<>(); // guarded by itself
  private final Devices devices = new Devices(Gpus::ofThisProcess);
  private final SharedNatives natives = new SharedNatives();
  private final LocalWeights localWeights = new LocalWeights();
  private final ExecutorService workers = Executors.newCachedThreadPool(ProcessRegistry::worker);
  private final PerApplication<IdleSlots> slots = new PerApplication<>(IdleSlots::new);
  private final PerApplication<EvaluationBoard> boards =
      new PerApplication<>(() -> new EvaluationBoard(Clock.systemUTC()));
  private final RowReports rowReports = new RowReports();
  private final ExhaustedMemory exhaustedMemory = new ExhaustedMemory();
  private final TaskWatchdog watchdog = new TaskWatchdog();
  private final Farewells farewells = new Farewells();

  ProcessRegistry() {}

  /** The only one of this process, because a process owns its memory on a device. */
  public static ProcessRegistry ofThisProcess() {
    return OF_THIS_PROCESS;
  }

  /** The models that stay on devices. */
  public ResidentModels models() {
    return models;
  }

  /** The batches that stay on devices. */
  public ResidentBatches batches() {
    return batches;
  }

  /** As many permits to compute on a device, the same ones for all who ask for this number. */
  public Semaphore permits(TaskDevice device, int tasks) {
    synchronized (permits) {
      return permits.computeIfAbsent(new Turns(device, tasks), turns -> new Semaphore(tasks, true));
    }
  }

  /** The assignment of devices to tasks. */
  public Devices devices() {
    return devices;
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
    return slots.of(application);
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
    return boards.of(application);
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
   * Frees memory of a device that is full: first all batches that stay there; if there are none,
   * all versions of models that nobody uses.
   *
   * @return whether anything was freed
   */
  public boolean free(TaskDevice device) {
    return batches.free(device) || models.free(device);
  }

  /** Frees all models and batches; versions in use are freed by their last user. */
  public void closeAll() {
    models.closeAll();
    batches.closeAll();
  }

  private static Thread worker(Runnable run) {
    Thread thread = new Thread(run, "ostinato-forward");
    thread.setDaemon(true);
    return thread;
  }
}
