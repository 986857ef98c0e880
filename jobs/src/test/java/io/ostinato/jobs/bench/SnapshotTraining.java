package io.ostinato.jobs.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import io.ostinato.callback.Callback;
import io.ostinato.callback.DataIteratorConfig;
import io.ostinato.callback.Invocation;
import io.ostinato.callback.PeriodicDataIteratorCallback;
import io.ostinato.evaluation.DataContainer;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.InMemoryData;
import io.ostinato.evaluation.LocalEvaluationEngine;
import io.ostinato.model.EvaluationModel;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.TrainingLength;
import io.ostinato.schedule.UpdateCounter;
import io.ostinato.training.Evaluations;
import io.ostinato.training.Join;
import io.ostinato.training.TrainingLoop;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * A training of 103 MB, all of which change with each update, with the default callbacks. It
 * measures how long the moments with evaluations take on the training thread, and how long copying
 * 100 MB takes there.
 */
record SnapshotTraining(NDManager manager, Path folder) {
  private static final int MEGABYTES_100 = 100_000_000;
  private static final int SAMPLES = 16;
  private static final int INTERVAL = 4;
  private static final int MOMENTS = 40;
  private static final int WARM_UP = 10;

  /** The medians of the moments with evaluations and of the copies, in seconds. */
  record Medians(double moment, double copy) {}

  Medians run() {
    BlockedTime blocked = new BlockedTime();
    Copying copying = new Copying();
    try (LocalEvaluationEngine engine = new LocalEvaluationEngine()) {
      TrainingLoop.builder()
          .model(BenchNets::large, new Shape(784), new Shape())
          .data(data())
          .engine(engine)
          .optimizer(
              Optimizer.sgd()
                  .setLearningRateTracker(Tracker.fixed(0.01F))
                  .optWeightDecays(0.01F)
                  .build())
          .effectiveBatchSize(SAMPLES)
          .length(TrainingLength.updates(INTERVAL * MOMENTS + 1))
          .evaluations(Evaluations.beside().join(Join.updates(INTERVAL - 1)))
          .callback(new Hits(Schedule.everyNUpdates(INTERVAL)))
          .callback(blocked)
          .callback(copying)
          .output(folder)
          .runId(UUID.randomUUID().toString())
          .progress(ProgressDisplay.silent())
          .build()
          .run();
    }
    List<Double> moments = new ArrayList<>();
    for (int moment = WARM_UP; moment <= MOMENTS; moment++) {
      moments.add(blocked.secondsAfter(moment * INTERVAL));
    }
    return new Medians(
        Rounds.median(moments),
        Rounds.median(copying.seconds.subList(WARM_UP, copying.seconds.size())));
  }

  private DataContainer data() {
    NDArray x = manager.randomUniform(-1, 1, new Shape((long) SAMPLES * INTERVAL * MOMENTS, 784));
    NDArray classes = x.get(":, :10").argMax(1);
    ArrayDataset train =
        new ArrayDataset.Builder()
            .setData(x, classes)
            .optLabels(classes)
            .setSampling(SAMPLES, true)
            .build();
    NDArray testX = x.get(":" + SAMPLES);
    testX.setName("x");
    NDArray testClasses = classes.get(":" + SAMPLES).toType(DataType.INT64, true);
    testClasses.setName("class");
    return DataContainer.builder()
        .train(train)
        .evaluation("test", InMemoryData.of(testX, testClasses))
        .build();
  }

  /** Copies 100 MB in the middle between two evaluations. */
  private static final class Copying extends Callback {
    private static final long serialVersionUID = 1;
    private final transient byte[] source = new byte[MEGABYTES_100];
    private final transient byte[] target = new byte[MEGABYTES_100];
    private final transient List<Double> seconds = new ArrayList<>();

    @Override
    public void trackAfterUpdateStep(UpdateCounter at) {
      if (at.current().update() % INTERVAL == INTERVAL / 2) {
        long start = System.nanoTime();
        System.arraycopy(source, 0, target, 0, source.length);
        seconds.add((System.nanoTime() - start) / 1e9);
      }
    }
  }

  private static final class Hits extends PeriodicDataIteratorCallback {
    private static final long serialVersionUID = 1;

    Hits(Schedule schedule) {
      super(DataIteratorConfig.every(schedule));
    }

    @Override
    protected NDList processData(EvaluationBatch batch, EvaluationModel model) {
      return new NDList(Processors.withTable(batch, model).head().eq(batch.get("class")));
    }

    @Override
    protected void processResults(EvaluationResults results, Invocation at) {
      writer().addScalar("hits/test", results.get(0).countNonzero().getLong());
    }
  }
}
