package io.ostinato.training;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import io.ostinato.callback.AccumulationStep;
import io.ostinato.callback.Callback;
import io.ostinato.evaluation.TestNets;
import io.ostinato.schedule.TrainingLength;
import io.ostinato.schedule.UpdateCounter;
import java.nio.file.Path;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** Trainings with dropout, and threads that meet between their micro-batches. */
abstract class TwinsFixture {
  static final int UPDATES = 12;
  static final int MICRO_BATCHES = 2 * UPDATES;

  @TempDir Path folder;

  final NDManager manager = Engine.getInstance().newBaseManager();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private int runs;

  @AfterEach
  void close() {
    threads.shutdownNow();
    manager.close();
  }

  /** With dropout, in updates of two micro-batches. */
  final TrainingLoopBuilder noisy(int seed) {
    return Trainings.on(manager, folder)
        .model(Trainings::noisyNet, TestNets.FEATURES)
        .runId("run-" + runs++)
        .seed(seed)
        .microBatchSize(8)
        .length(TrainingLength.updates(UPDATES));
  }

  /** The hash of the final weights, if nothing else runs in this process. */
  final String alone(int seed) {
    return run(noisy(seed));
  }

  /** The hash of the final weights. */
  static String run(TrainingLoopBuilder training) {
    return training.build().run().weights().manifest().hash();
  }

  /** Trains with DJL's {@code fit}; this callback is called after each update. */
  final void fit(Callback callback) throws Exception {
    Optimizer optimizer = Optimizer.adam().build();
    CallbackTrainingListener listener =
        noisy(1)
            .microBatchSize(16)
            .optimizer(optimizer)
            .length(TrainingLength.epochs(1))
            .callback(callback)
            .buildListener();
    try (Model model = Model.newInstance("model")) {
      model.setBlock(Trainings.noisyNet());
      DefaultTrainingConfig config =
          new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
              .optOptimizer(optimizer)
              .addTrainingListeners(listener);
      try (Trainer trainer = model.newTrainer(config)) {
        trainer.initialize(new Shape(16).addAll(TestNets.FEATURES));
        EasyTrain.fit(trainer, 1, listener.watch(Trainings.rows(manager, 160)), null);
      }
    }
  }

  final <T> Future<T> inBackground(Callable<T> work) {
    return threads.submit(work);
  }

  static <T> T result(Future<T> future) throws InterruptedException, TimeoutException {
    try {
      return future.get(1, TimeUnit.MINUTES);
    } catch (ExecutionException e) {
      throw new AssertionError("failed on the other thread", e.getCause());
    }
  }

  /** Waits for the other thread. */
  static void await(CyclicBarrier meeting) {
    try {
      assertThat(meeting.await(1, TimeUnit.MINUTES)).isNotNegative();
    } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
      throw new AssertionError("the other thread didn't come", e);
    }
  }

  /** Does something on the training thread after each update. */
  static final class AfterUpdate extends Callback {
    private static final long serialVersionUID = 1;

    private final transient Runnable work;

    AfterUpdate(Runnable work) {
      this.work = work;
    }

    @Override
    public void afterUpdate(UpdateCounter at) {
      work.run();
    }
  }

  /** Does something on the training thread after each micro-batch. */
  static final class AfterMicroBatch extends Callback {
    private static final long serialVersionUID = 1;

    private final transient Runnable work;

    AfterMicroBatch(Runnable work) {
      this.work = work;
    }

    @Override
    public void trackAfterAccumulationStep(AccumulationStep step) {
      work.run();
    }
  }
}
