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
import io.ostinato.torchscript.KeptState;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.util.TaskFailureListener;

/** The steps of a task for each batch, on a model that it has leased. Closing it ends the lease. */
final class BatchSteps implements AutoCloseable {
  private final Content content;
  private final BroadcastWeights weights;
  private final TaskDevice device;
  private final ResidentModels residents = ResidentModels.ofThisProcess();
  private final List<BatchRunner> runners;
  private final BatchPass pass;
  private final ResidentModels.Lease lease;
  private final Semaphore permits;
  private final long refreshNanos;

  /** Leases the model with these weights, for the task of this thread. */
  BatchSteps(Content content, BroadcastWeights weights) throws InterruptedException {
    this.content = content;
    this.weights = weights;
    TaskFailureListener failed = (task, error) -> residents.exhaustedMemory().failed(error);
    TaskContext.get().addTaskFailureListener(failed);
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
      permits.acquire();
      try {
        refuse(model);
        pass.run(staged, model, weights);
        refuse(model);
      } finally {
        permits.release();
      }
    }
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
  public void close() {
    lease.close();
  }
}
