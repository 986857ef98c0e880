package io.ostinato.spark.engine;

import io.ostinato.evaluation.BatchParts;
import io.ostinato.evaluation.BatchRunner;
import io.ostinato.evaluation.DeviceLostException;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.StagedBatch;
import io.ostinato.model.LoadedModel;
import io.ostinato.spark.engine.PartitionTask.Content;
import io.ostinato.spark.plugin.NativeEngine;
import io.ostinato.spark.plugin.OstinatoSettings;
import io.ostinato.spark.plugin.StatePolicy;
import io.ostinato.spark.resident.BrokenExecutor;
import io.ostinato.spark.resident.ProcessRegistry;
import io.ostinato.spark.resident.ResidentModels;
import io.ostinato.spark.resident.ResidentReport;
import io.ostinato.spark.resident.TaskDevice;
import io.ostinato.spark.resident.TaskWatchdog;
import io.ostinato.torchscript.KeptState;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.util.TaskFailureListener;
import org.jspecify.annotations.Nullable;

/**
 * The steps of a task for each batch, on a model that it has leased. Closing it ends the lease,
 * once no batch runs: the task may have abandoned the thread of one. An executor whose device can't
 * be used any more ends itself in any of them.
 */
final class BatchSteps implements AutoCloseable, TaskWatchdog.Work {
  private final Content content;
  private final BroadcastWeights weights;
  private final TaskDevice device;
  private final ProcessRegistry process = ProcessRegistry.ofThisProcess();
  private final BatchParts parts;
  private final ResidentModels.Lease lease;
  private final Semaphore permits;
  private final long refreshNanos;

  private final BatchStaging staging;

  /** The steps of idle slots that help; they run other batches on their own threads. */
  private final List<BatchSteps> helpers = new CopyOnWriteArrayList<>();

  private final Thread ofTask;

  // Guarded by this.
  private Thread thread;
  private boolean isRunning;
  private boolean hasPermit;
  private boolean isAbandoned;
  private boolean isClosed;

  /** Leases the model with these weights, for the task of this thread. */
  BatchSteps(Content content, BroadcastWeights weights) throws InterruptedException {
    this(content, weights, null);
  }

  /**
   * Leases the model with these weights.
   *
   * @param helped the task's own steps, if this thread helps it
   */
  private BatchSteps(Content content, BroadcastWeights weights, @Nullable BatchSteps helped)
      throws InterruptedException {
    this.content = content;
    this.weights = weights;
    this.ofTask = helped == null ? Thread.currentThread() : helped.ofTask;
    this.thread = ofTask;
    if (helped == null) {
      process.watchdog().watch(TaskContext.get(), this);
      TaskFailureListener failed = (task, error) -> process.exhaustedMemory().failed(error);
      TaskContext.get().addTaskFailureListener(failed);
    }
    OstinatoSettings settings = content.settings();
    NativeEngine.load(settings);
    this.device = process.devices().ofTask(TaskContext.get());
    List<BatchRunner> runners = content.works().stream().map(EvaluationWork::runner).toList();
    this.parts =
        helped == null
            ? new BatchParts(runners, () -> process.free(device))
            : helped.parts.withRunners(runners);
    int tasks = settings.resident().tasks();
    this.permits = tasks > 0 ? process.permits(device, tasks) : new Semaphore(1);
    long start = System.nanoTime();
    this.lease = loaded(settings.resident());
    this.refreshNanos = System.nanoTime() - start;
    this.staging =
        helped == null
            ? BatchStaging.of(content, device, parts, lease, process.idleSlots(SparkEnv.get()))
            : helped.staging.helper(content, parts, lease);
  }

  /**
   * The steps of an idle slot that helps this task, on the thread that calls this; they have their
   * own runners.
   *
   * @param copy the content of the task, read again
   */
  BatchSteps helper(Content copy) throws InterruptedException {
    BatchSteps steps = new BatchSteps(copy, weights, this);
    helpers.add(steps);
    return steps;
  }

  /** Forgets the steps of a helper that has ended. */
  void helperEnds(BatchSteps steps) {
    helpers.remove(steps);
  }

  /**
   * Whether idle slots can help. They would only wait for their turn if the model keeps state, if a
   * GPU computes, or if no more tasks may compute.
   */
  boolean canBeHelped() {
    OstinatoSettings settings = content.settings();
    return settings.evaluations().takeOver()
        && (settings.resident().tasks() == 0 || permits.availablePermits() > 0)
        && device.isCpu()
        && lease.model().keeps() == KeptState.NONE;
  }

  private ResidentModels.Lease loaded(OstinatoSettings.Residency settings)
      throws InterruptedException {
    try {
      return parts.load(device.device(), () -> lease(settings));
    } catch (DeviceLostException e) {
      throw BrokenExecutor.leave(e);
    }
  }

  /**
   * Leases the shared model, or an exclusive one if the model keeps state and the policy is {@link
   * StatePolicy#COPIES}.
   */
  private ResidentModels.Lease lease(OstinatoSettings.Residency settings)
      throws InterruptedException {
    ResidentModels.Wanted wanted =
        new ResidentModels.Wanted(weights.manifest(), content.inFlight(), () -> weights);
    ResidentModels.Limits limits =
        new ResidentModels.Limits(settings.models(), settings.versions());
    ResidentModels.Lease shared = process.models().lease(content.model(), device, wanted, limits);
    if (settings.state() != StatePolicy.COPIES || !keepsSomething(shared.model())) {
      return shared;
    }
    shared.close();
    return process.models().leaseAlone(content.model(), device, wanted, limits);
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
          runners().get(0).tag(),
          "spark.ostinato.resident.state=refuse rejects the model: %s; set it to serial or copies,"
                  .formatted(String.join("; ", model.notes()))
              + " or make the forward stateless");
    }
  }

  List<BatchRunner> runners() {
    return parts.runners();
  }

  /** The evaluations of the pass, in the order of {@link #runners}. */
  List<EvaluationWork> works() {
    return content.works();
  }

  ProcessRegistry process() {
    return process;
  }

  /** Time to lease the model and load its weights. */
  long refreshNanos() {
    return refreshNanos;
  }

  /** Stages the batches. */
  BatchStaging staging() {
    return staging;
  }

  /** Runs one batch and closes it; the runners hold the results. */
  void run(StagedBatch staged) throws InterruptedException {
    try (staged) {
      begin();
      runHere(staging.now(staged));
    } finally {
      end();
    }
  }

  private void runHere(StagedBatch staged) throws InterruptedException {
    LoadedModel model = lease.model();
    try (staged) {
      acquire();
      try {
        refuse(model);
        parts.run(staged, model, weights);
        refuse(model);
      } catch (DeviceLostException e) {
        throw BrokenExecutor.leave(e);
      } finally {
        release();
      }
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
      free();
    }
  }

  @Override
  public List<Thread> threads() {
    List<Thread> running =
        Stream.concat(Stream.of(this), helpers.stream())
            .flatMap(steps -> steps.threadOfBatch().stream())
            .toList();
    return running.isEmpty() ? List.of(ofTask) : running;
  }

  private synchronized Optional<Thread> threadOfBatch() {
    return isRunning ? Optional.of(thread) : Optional.empty();
  }

  /**
   * Leaves the batches behind that run on threads other than the task's, and returns their permits.
   */
  @Override
  public boolean abandon() {
    long abandoned = helpers.stream().filter(BatchSteps::abandon).count();
    synchronized (this) {
      boolean isLeft = isRunning && thread != ofTask;
      if (isLeft) {
        release();
      }
      isAbandoned = isLeft || abandoned > 0;
      return isAbandoned;
    }
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
        parts.halvedTo().orElse(0),
        List.copyOf(lease.model().notes()),
        lease.use());
  }

  @Override
  public synchronized void close() {
    isClosed = true;
    if (!isRunning) {
      free();
    }
  }

  private void free() {
    try {
      runners().forEach(BatchRunner::close);
    } finally {
      lease.close();
    }
  }
}
