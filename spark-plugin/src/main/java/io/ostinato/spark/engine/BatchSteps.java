package io.ostinato.spark.engine;

import io.ostinato.evaluation.BatchPass;
import io.ostinato.evaluation.BatchRunner;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.StagedBatch;
import io.ostinato.model.LoadedModel;
import io.ostinato.spark.data.StoredBatch;
import io.ostinato.spark.engine.PartitionTask.Content;
import io.ostinato.spark.plugin.NativeEngine;
import io.ostinato.spark.plugin.OstinatoSettings;
import io.ostinato.spark.plugin.StatePolicy;
import io.ostinato.spark.resident.ResidentModels;
import io.ostinato.spark.resident.ResidentReport;
import io.ostinato.spark.resident.TaskDevice;
import io.ostinato.spark.resident.TaskWatchdog;
import io.ostinato.torchscript.KeptState;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;

/**
 * The steps of a task for each batch, on a model that it has leased. Closing it ends the lease,
 * once no batch runs: the task may have abandoned the thread of one.
 */
final class BatchSteps implements AutoCloseable, TaskWatchdog.Work {
  private final Content content;
  private final BroadcastWeights weights;
  private final TaskDevice device;
  private final ResidentModels residents = ResidentModels.ofThisProcess();
  private final List<BatchRunner> runners;
  private final BatchPass pass;
  private final ResidentModels.Lease lease;
  private final Semaphore permits;
  private final long refreshNanos;

  // Guarded by this.
  private Thread thread = Thread.currentThread();
  private final Thread ofTask = thread;
  private boolean isRunning;
  private boolean hasPermit;
  private boolean isAbandoned;
  private boolean isClosed;

  /** Leases the model with these weights, for the task of this thread. */
  BatchSteps(Content content, BroadcastWeights weights) throws InterruptedException {
    this.content = content;
    this.weights = weights;
    residents.watchdog().watch(TaskContext.get(), this);
    OstinatoSettings settings = content.settings();
    NativeEngine.load(settings);
    this.device = residents.devices().ofTask(TaskContext.get());
    this.runners = content.works().stream().map(EvaluationWork::runner).toList();
    this.pass = new BatchPass(runners);
    int tasks = settings.resident().tasks();
    this.permits = tasks > 0 ? residents.permits(device, tasks) : new Semaphore(1);
    long start = System.nanoTime();
    this.lease = lease(settings.resident());
    this.refreshNanos = System.nanoTime() - start;
  }

  /**
   * Leases the shared model, or an exclusive one if the model keeps state and the policy is {@link
   * StatePolicy#COPIES}.
   */
  private ResidentModels.Lease lease(OstinatoSettings.Residency settings)
      throws InterruptedException {
    ResidentModels.Wanted wanted =
        new ResidentModels.Wanted(weights.manifest(), content.live(), () -> weights);
    ResidentModels.Limits limits =
        new ResidentModels.Limits(settings.models(), settings.versions());
    ResidentModels.Lease shared = residents.lease(content.model(), device, wanted, limits);
    if (settings.state() != StatePolicy.COPIES || !keepsSomething(shared.model())) {
      return shared;
    }
    shared.close();
    return residents.leaseAlone(content.model(), device, wanted, limits);
  }

  private static boolean keepsSomething(LoadedModel model) {
    return model.keeps() == KeptState.OVERWRITTEN || model.keeps() == KeptState.ACCUMULATED;
  }

  /**
   * Rejects a model that keeps state if the policy is {@link StatePolicy#REFUSE}.
   *
   * @throws EvaluationException if the model keeps state from one forward to the next
   */
  private void refuse(LoadedModel model) {
    if (content.settings().resident().state() == StatePolicy.REFUSE && keepsSomething(model)) {
      throw EvaluationException.of(
          runners.get(0).tag(),
          "spark.ostinato.resident.state=refuse rejects the model: %s; set it to serial or copies,"
                  .formatted(String.join("; ", model.notes()))
              + " or make the forward stateless");
    }
  }

  List<BatchRunner> runners() {
    return runners;
  }

  /** The evaluations of the pass, in the order of {@link #runners}. */
  List<EvaluationWork> works() {
    return content.works();
  }

  ResidentModels residents() {
    return residents;
  }

  /** Time to lease the model and load its weights. */
  long refreshNanos() {
    return refreshNanos;
  }

  StagedBatch stage(StoredBatch batch) {
    return residents
        .batches()
        .stage(
            content.dataset(),
            content
                .selection()
                .of(batch.inDataset(content.partitionStarts()), content.works().get(0).tag()),
            device,
            lease.model().manager(),
            content.settings().batches().device().bytes());
  }

  /** Runs one batch and closes it; the runners hold the results. */
  void run(StagedBatch staged) throws InterruptedException {
    LoadedModel model = lease.model();
    try (staged) {
      begin();
      acquire();
      try {
        refuse(model);
        pass.run(staged, model, weights);
        refuse(model);
      } finally {
        release();
      }
    } finally {
      end();
    }
  }

  private synchronized void begin() {
    isRunning = true;
    thread = Thread.currentThread();
  }

  private void acquire() throws InterruptedException {
    permits.acquire();
    synchronized (this) {
      hasPermit = true;
    }
  }

  private synchronized void release() {
    if (hasPermit) {
      hasPermit = false;
      permits.release();
    }
  }

  private synchronized void end() {
    isRunning = false;
    thread = ofTask;
    if (isClosed) {
      lease.close();
    }
  }

  @Override
  public synchronized Thread thread() {
    return thread;
  }

  /**
   * Leaves the batch behind that runs on a thread other than the task's, and returns its permit.
   */
  @Override
  public synchronized boolean abandon() {
    isAbandoned = isRunning && thread != ofTask;
    if (isAbandoned) {
      release();
    }
    return isAbandoned;
  }

  /** Whether the thread that runs a batch was left behind. */
  synchronized boolean isAbandoned() {
    return isAbandoned;
  }

  ResidentReport report() {
    return new ResidentReport(
        SparkEnv.get().executorId(),
        device.name(),
        lease.builds(),
        lease.refreshes(),
        List.copyOf(lease.model().notes()));
  }

  @Override
  public synchronized void close() {
    isClosed = true;
    if (!isRunning) {
      lease.close();
    }
  }
}
