package io.ostinato.jobs.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.loss.SoftmaxCrossEntropyLoss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import io.ostinato.callback.DataIteratorConfig;
import io.ostinato.callback.Invocation;
import io.ostinato.callback.PeriodicDataIteratorCallback;
import io.ostinato.evaluation.DataContainer;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.EvaluationData;
import io.ostinato.evaluation.EvaluationEngine;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.model.EvaluationModel;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.TrainingLength;
import io.ostinato.training.Evaluations;
import io.ostinato.training.TrainingLoop;
import io.ostinato.training.TrainingLoopBuilder;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Trainings of an MLP that measure themselves. Their updates and evaluations spend their time
 * waiting, as for a device of their own, so that they hardly compete for cores.
 *
 * @param manager owns the samples to train on
 * @param test the rows to evaluate on, of 784 numbers
 * @param updates the number of updates
 * @param interval the number of updates from one evaluation to the next
 */
record BesideTraining(
    NDManager manager,
    EvaluationData test,
    EvaluationEngine engine,
    Path folder,
    int updates,
    int interval) {
  /** So few rows that computing their outputs takes hardly any time. */
  static final int BATCH = 16;

  private static final int SAMPLES = 8;
  private static final int SAMPLES_PER_EPOCH = 1_000 * SAMPLES;
  private static final int MILLIS_OF_UPDATE = 8;

  /**
   * What was measured, in seconds.
   *
   * @param whole the training from its start to its end
   * @param blocked the part between two updates, or after the last one
   * @param end the part after the last update
   * @param evaluation the median of the evaluations; 0 without any
   */
  record Seconds(double whole, double blocked, double end, double evaluation) {}

  Seconds withoutEvaluations() {
    return run(loop(engine));
  }

  /**
   * Evaluates at the end of each interval.
   *
   * @param millis for how long to wait at each batch
   */
  Seconds evaluating(Evaluations evaluations, long millis) {
    TimedEngine timed = new TimedEngine(engine);
    TrainingLoopBuilder loop =
        loop(timed)
            .evaluations(evaluations)
            .callback(new Waiting(Schedule.everyNUpdates(interval), millis));
    Seconds seconds = run(loop);
    return new Seconds(seconds.whole(), seconds.blocked(), seconds.end(), timed.medianSeconds());
  }

  private TrainingLoopBuilder loop(EvaluationEngine its) {
    DataContainer data = DataContainer.builder().train(samples()).evaluation("test", test).build();
    return TrainingLoop.builder()
        .model(BenchNets::mlp, new Shape(784))
        .data(data)
        .engine(its)
        .loss(WaitingLoss::new)
        .optimizer(Optimizer.sgd().setLearningRateTracker(Tracker.fixed(0.01F)).build())
        .effectiveBatchSize(SAMPLES)
        .length(TrainingLength.updates(updates))
        .output(folder)
        .runId(UUID.randomUUID().toString())
        .withoutDefaultCallbacks()
        .progress(ProgressDisplay.silent());
  }

  private ArrayDataset samples() {
    NDArray x = manager.randomUniform(-1, 1, new Shape(SAMPLES_PER_EPOCH, 784));
    NDArray classes = x.get(":, :10").argMax(1);
    return new ArrayDataset.Builder()
        .setData(x)
        .optLabels(classes)
        .setSampling(SAMPLES, true)
        .build();
  }

  private static Seconds run(TrainingLoopBuilder loop) {
    BlockedTime blocked = new BlockedTime();
    TrainingLoop training = loop.callback(blocked).build();
    long start = System.nanoTime();
    training.run();
    return new Seconds((System.nanoTime() - start) / 1e9, blocked.seconds(), blocked.atEnd(), 0);
  }

  /** Waits in each update. */
  private static final class WaitingLoss extends SoftmaxCrossEntropyLoss {
    @Override
    public NDArray evaluate(NDList labels, NDList outputs) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(MILLIS_OF_UPDATE));
      return super.evaluate(labels, outputs);
    }
  }

  /** Evaluates the model, and waits at each batch. */
  private static final class Waiting extends PeriodicDataIteratorCallback {
    private static final long serialVersionUID = 1;
    private final long millis;

    Waiting(Schedule schedule, long millis) {
      super(DataIteratorConfig.every(schedule).batchSize(BATCH));
      this.millis = millis;
    }

    @Override
    protected NDList processData(EvaluationBatch batch, EvaluationModel model)
        throws InterruptedException {
      Thread.sleep(millis);
      return Processors.hits(batch, model);
    }

    @Override
    protected void processResults(EvaluationResults results, Invocation at) {
      writer().addScalar("hits/test", results.get(0).countNonzero().getLong());
    }
  }
}
