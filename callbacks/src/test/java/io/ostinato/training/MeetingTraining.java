package io.ostinato.training;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import io.ostinato.callback.AccumulationStep;
import io.ostinato.callback.Callback;
import io.ostinato.evaluation.TestNets;
import io.ostinato.schedule.TrainingLength;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A training with dropout that meets other threads after each of its twelve micro-batches. */
public final class MeetingTraining {
  private static final int MICRO_BATCHES = 12;

  private MeetingTraining() {}

  /**
   * Trains.
   *
   * @param besides each is done once during each micro-batch, on a thread of its own
   * @return the hash of the final weights
   */
  public static String run(Path folder, Runnable... besides) throws Exception {
    CyclicBarrier meeting = new CyclicBarrier(1 + besides.length);
    ExecutorService threads = Executors.newCachedThreadPool();
    try (NDManager manager = Engine.getInstance().newBaseManager()) {
      List<Future<?>> others = new ArrayList<>();
      Arrays.stream(besides)
          .forEach(beside -> others.add(threads.submit(() -> repeat(beside, meeting))));
      String weights = train(manager, folder, meeting);
      for (Future<?> other : others) {
        other.get(1, TimeUnit.MINUTES);
      }
      return weights;
    } finally {
      threads.shutdownNow();
    }
  }

  private static String train(NDManager manager, Path folder, CyclicBarrier meeting) {
    return Trainings.on(manager, folder)
        .model(Trainings::noisyNet, TestNets.FEATURES)
        .microBatchSize(8)
        .length(TrainingLength.updates(MICRO_BATCHES / 2))
        .callback(new Meeting(meeting))
        .build()
        .run()
        .weights()
        .manifest()
        .hash();
  }

  private static void repeat(Runnable beside, CyclicBarrier meeting) {
    try {
      for (int i = 0; i < MICRO_BATCHES; i++) {
        beside.run();
        await(meeting);
      }
    } catch (RuntimeException | Error e) {
      meeting.reset();
      throw e;
    }
  }

  private static void await(CyclicBarrier meeting) {
    try {
      meeting.await(1, TimeUnit.MINUTES);
    } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
      throw new IllegalStateException("another thread failed, or didn't come", e);
    }
  }

  private static final class Meeting extends Callback {
    private static final long serialVersionUID = 1;

    private final transient CyclicBarrier meeting;

    Meeting(CyclicBarrier meeting) {
      this.meeting = meeting;
    }

    @Override
    public void trackAfterAccumulationStep(AccumulationStep step) {
      await(meeting);
    }
  }
}
