package io.ostinato.spark.ml;

import ai.djl.ndarray.NDManager;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.model.EvaluationModel;
import io.ostinato.model.LoadedModel;
import io.ostinato.spark.plugin.OstinatoSettings;
import io.ostinato.spark.plugin.StatePolicy;
import io.ostinato.spark.resident.InFlight;
import io.ostinato.spark.resident.ProcessRegistry;
import io.ostinato.spark.resident.ResidentModels;
import io.ostinato.spark.resident.TaskDevice;
import io.ostinato.torchscript.KeptState;
import io.ostinato.weights.WeightSource;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.apache.spark.TaskContext;

/** A resident model as a task of a stage uses it, under the settings of the application. */
final class LeasedModel implements AutoCloseable {
  private static final InFlight NONE = new InFlight(0, new TreeSet<>());

  private final PredictTask.Content task;
  private final WeightSource weights;
  private final ResidentModels.Lease lease;
  private final Semaphore permits;

  private LeasedModel(
      PredictTask.Content task,
      WeightSource weights,
      ResidentModels.Lease lease,
      Semaphore permits) {
    this.task = task;
    this.weights = weights;
    this.lease = lease;
    this.permits = permits;
  }

  /** Leases the model for the task of this thread; loads it unless it is resident. */
  static LeasedModel of(PredictTask.Content task, WeightSource weights)
      throws InterruptedException {
    ProcessRegistry process = ProcessRegistry.ofThisProcess();
    OstinatoSettings.Residency settings = task.settings().resident();
    TaskDevice device = process.devices().ofTask(TaskContext.get());
    ResidentModels.Wanted wanted =
        new ResidentModels.Wanted(weights.manifest(), NONE, () -> weights);
    ResidentModels.Limits limits =
        new ResidentModels.Limits(settings.models(), settings.versions());
    ResidentModels.Lease lease = process.models().lease(task.model(), device, wanted, limits);
    if (settings.state() == StatePolicy.COPIES && keepsSomething(lease.model())) {
      lease.close();
      lease = process.models().leaseAlone(task.model(), device, wanted, limits);
    }
    Semaphore permits =
        settings.tasks() > 0 ? process.permits(device, settings.tasks()) : new Semaphore(1);
    return new LeasedModel(task, weights, lease, permits);
  }

  /** The parent of the arrays of the task. */
  NDManager manager() {
    return lease.model().manager();
  }

  /** Runs one batch when it is its turn. */
  void run(Consumer<EvaluationModel> batch) throws InterruptedException {
    permits.acquire();
    try {
      refuse();
      lease.model().run(weights, batch);
      refuse();
    } finally {
      permits.release();
    }
  }

  private void refuse() {
    boolean isRefused = task.settings().resident().state() == StatePolicy.REFUSE;
    if (isRefused && keepsSomething(lease.model())) {
      throw new EvaluationException(
          "%s: spark.ostinato.resident.state=refuse rejects the model: %s; set it to serial or copies,"
                  .formatted(task.stage(), String.join("; ", lease.model().notes()))
              + " or make the forward stateless");
    }
  }

  private static boolean keepsSomething(LoadedModel model) {
    return model.keeps() == KeptState.OVERWRITTEN || model.keeps() == KeptState.ACCUMULATED;
  }

  @Override
  public void close() {
    lease.close();
  }
}
