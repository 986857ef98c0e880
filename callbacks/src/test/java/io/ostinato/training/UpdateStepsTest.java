package io.ostinato.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.initializer.Initializer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import io.ostinato.callback.AccumulationStep;
import io.ostinato.callback.Callback;
import io.ostinato.checkpoint.CheckpointCallback;
import io.ostinato.evaluation.DataContainer;
import io.ostinato.evaluation.GeneratedRows;
import io.ostinato.evaluation.TestNets;
import io.ostinato.schedule.EpochSize;
import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.TrainingLength;
import io.ostinato.schedule.UpdateCounter;
import io.ostinato.storage.Checkpoints;
import io.ostinato.storage.LocalRunFiles;
import io.ostinato.weights.HostArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What one update does with its samples. */
class UpdateStepsTest {
  private final NDManager manager = Engine.getInstance().newBaseManager();
  @TempDir Path folder;

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void microBatchesAddUpToTheGradientOfTheWholeUpdate() {
    float[] whole = weights(trained("whole", 16).build());
    float[] inFours = weights(trained("fours", 16).microBatchSize(4).build());
    assertThat(inFours).hasSameSizeAs(whole);
    for (int i = 0; i < whole.length; i++) {
      assertThat(inFours[i]).isCloseTo(whole[i], within(1e-5f));
    }
  }

  @Test
  void anUnevenLastUpdateWeighsEachSampleTheSame() {
    // 10 rows: updates of 8 and 2. Of the second the micro-batch is 2 of 2, not 2 of 4.
    Steps steps = new Steps();
    float[] whole =
        weights(
            linear("whole", dataset(10), 8)
                .lastBatch(LastBatch.KEEP)
                .callback(new Steps())
                .build());
    float[] inFours =
        weights(
            linear("fours", dataset(10), 8)
                .lastBatch(LastBatch.KEEP)
                .microBatchSize(4)
                .callback(steps)
                .build());
    assertThat(steps.seen)
        .containsExactly(
            "4", "4", "E0_U1_S8", "2", "E1_U2_S10", "4", "4", "E1_U3_S18", "2", "E2_U4_S20");
    for (int i = 0; i < whole.length; i++) {
      assertThat(inFours[i]).isCloseTo(whole[i], within(1e-5f));
    }
  }

  @Test
  void collectingGarbageChangesNoGradient() throws InterruptedException {
    float[] calm = weights(inMicroBatches("calm").build());
    Thread collector =
        new Thread(
            () -> {
              while (!Thread.currentThread().isInterrupted()) {
                System.gc();
              }
            });
    collector.start();
    try {
      assertThat(weights(inMicroBatches("collecting").build())).isEqualTo(calm);
    } finally {
      collector.interrupt();
      collector.join();
    }
  }

  @Test
  void gradientsAreClippedByTheirJointNorm() {
    // Plain descent at rate 0.5 moves the weights by half of the gradient, so by half of the
    // clipped norm.
    float[] start = weights(linear("start", dataset(16), 16, 0).build());
    float[] free = weights(linear("free", dataset(16), 16, 1).build());
    float[] clipped =
        weights(
            linear("clipped", dataset(16), 16, 1)
                .gradientClipping(GradientClipping.byNorm(0.25))
                .build());
    assertThat(distance(start, free)).isGreaterThan(0.2);
    assertThat(distance(start, clipped)).isCloseTo(0.125, within(1e-5));
    double ratio = 0.125 / distance(start, free);
    for (int i = 0; i < start.length; i++) {
      assertThat(clipped[i] - start[i])
          .isCloseTo((float) (ratio * (free[i] - start[i])), within(1e-5f));
    }
    float[] loose =
        weights(
            linear("loose", dataset(16), 16, 1)
                .gradientClipping(GradientClipping.byNorm(1e6))
                .build());
    assertThat(loose).isEqualTo(free);
  }

  @Test
  void theNormOfLargeGradientsDoesntOverflow() {
    // Gradients of about 1e24, whose squares are more than float32 holds.
    float[][] x = new float[16][4];
    for (float[] row : x) {
      row[0] = 1e12f;
    }
    float[] start = weights(linear("start", dataset(x), 16, 0).build());
    float[] clipped =
        weights(
            linear("clipped", dataset(x), 16, 1)
                .gradientClipping(GradientClipping.byNorm(0.25))
                .build());
    assertThat(distance(start, clipped)).isCloseTo(0.125, within(1e-5));
  }

  @Test
  void gradientsAreClippedByValue() {
    float[] start = weights(linear("start", dataset(16), 16, 0).build());
    float[] clipped =
        weights(
            linear("clipped", dataset(16), 16, 1)
                .gradientClipping(GradientClipping.byValue(0.25))
                .build());
    float[] free = weights(linear("free", dataset(16), 16, 1).build());
    int bounded = 0;
    for (int i = 0; i < start.length; i++) {
      // Plain descent at rate 0.5: a weight moves by half of the gradient.
      float gradient = 2 * (start[i] - free[i]);
      float expected = Math.max(-0.25f, Math.min(0.25f, gradient));
      bounded += expected == gradient ? 0 : 1;
      assertThat(2 * (start[i] - clipped[i])).isCloseTo(expected, within(1e-6f));
    }
    assertThat(bounded).as("gradients above and below the limit").isBetween(1, start.length - 1);
    assertThatThrownBy(() -> GradientClipping.byNorm(0))
        .hasMessage("gradients are clipped at a finite number above 0; given: 0.0");
  }

  @Test
  void aLossThatIsNotFiniteFailsWithTheIteration() {
    TrainingLoop training = poisoned("fail", 2).build();
    assertThatThrownBy(training::run)
        .isInstanceOf(NonFiniteLossException.class)
        .hasMessageContaining("the loss is not finite in the update after E0_U0_S0 (1 in a row)")
        .hasMessageContaining("NonFiniteLoss.skipUpTo(n)");
    for (HostArray array :
        io.ostinato.storage.Checkpoints.in(
                io.ostinato.storage.LocalRunFiles.in(training.folder().resolve("checkpoints")))
            .load("E0_U0_S0.error")
            .weights()
            .arrays()) {
      assertThat(floats(array)).as("kept weights").doesNotContain(Float.NaN);
    }
  }

  @Test
  void skippedUpdatesLeaveWeightsAndRunningStatisticsAsTheyWere() {
    TrainingLoop training = poisoned("skip", 2).nonFiniteLoss(NonFiniteLoss.skipUpTo(1000)).build();
    TrainingResult result = training.run();
    assertThat(result.end()).hasToString("E2_U4_S32");
    List<HostArray> start = poisoned("start", 0).build().run().weights().arrays();
    assertThat(result.weights().arrays()).isEqualTo(start);
  }

  @Test
  void aSkippedUpdateLeavesNothingOfItsFirstMicroBatchBehind() {
    // The last row of the second update is NaN, so its first micro-batch has a gradient already.
    EpochBatches batches = new EpochBatches(0, 0, EpochSize.of(3, 8), 1, 4);
    ArrayDataset rows = dataset(24);
    List<List<Long>> ofEpoch = new ArrayList<>();
    batches.sample(rows).forEachRemaining(ofEpoch::add);
    long poisoned = ofEpoch.get(1).get(3);
    TrainingLoop whole = skipping("whole", (int) poisoned).build();
    float[] expected = weights(whole);
    Checkpoints kept = Checkpoints.in(LocalRunFiles.in(whole.folder().resolve("checkpoints")));
    assertThat(kept.load("E0_U2_S16").weights().manifest())
        .isEqualTo(kept.load("E0_U1_S8").weights().manifest());
    // A process that never saw the skipped update makes the same of the rest.
    float[] rest = weights(skipping("whole", (int) poisoned).resume("whole", "E0_U2_S16").build());
    assertThat(rest).isEqualTo(expected);
    assertThat(kept.load("E1_U3_S24").weights().manifest())
        .isNotEqualTo(kept.load("E0_U2_S16").weights().manifest());
  }

  private TrainingLoopBuilder skipping(String runId, int poisoned) {
    float[][] x = new float[24][];
    for (int row = 0; row < x.length; row++) {
      x[row] = java.util.Arrays.copyOf(GeneratedRows.x(row), 4);
    }
    x[poisoned][2] = Float.NaN;
    return linear(runId, dataset(x), 8, 3)
        .microBatchSize(4)
        .nonFiniteLoss(NonFiniteLoss.skipUpTo(1))
        .callback(
            new CheckpointCallback(
                CheckpointCallback.Config.defaults()
                    .every(Schedule.everyNUpdates(1))
                    .keep(CheckpointCallback.Keep.ALL)));
  }

  @Test
  void aGradientThatIsNotFiniteIsNoticedWhateverIsClipped() {
    for (GradientClipping clipping :
        List.of(
            GradientClipping.none(), GradientClipping.byNorm(1), GradientClipping.byValue(0.5))) {
      String runId = "gradient." + clipping.kind();
      TrainingLoop failing = rootOfNothing(runId + ".fail", 1).gradientClipping(clipping).build();
      assertThatThrownBy(failing::run)
          .isInstanceOf(NonFiniteLossException.class)
          .hasMessageContaining("the norm of the gradient is")
          .hasMessageContaining("in the update after E0_U0_S0 (1 in a row)");
      float[] skipped =
          weights(
              rootOfNothing(runId + ".skip", 1)
                  .gradientClipping(clipping)
                  .nonFiniteLoss(NonFiniteLoss.skipUpTo(5))
                  .build());
      assertThat(skipped).isEqualTo(weights(rootOfNothing(runId + ".start", 0).build()));
    }
  }

  /** The root of a distance of 0: a finite loss, and no finite gradient. */
  private TrainingLoopBuilder rootOfNothing(String runId, int updates) {
    float[][] x = new float[16][4];
    float[][] y = new float[16][1];
    for (float[] row : y) {
      row[0] = 1; // the bias
    }
    ArrayDataset rows =
        new ArrayDataset.Builder()
            .setData(manager.create(x))
            .optLabels(manager.create(y))
            .setSampling(8, false)
            .build();
    return linear(runId, rows, 8, updates)
        .loss(
            () ->
                new Loss("Root") {
                  @Override
                  public NDArray evaluate(NDList labels, NDList predictions) {
                    return predictions
                        .singletonOrThrow()
                        .sub(labels.singletonOrThrow())
                        .square()
                        .sum()
                        .sqrt();
                  }
                });
  }

  @Test
  void moreUpdatesInARowThanAllowedAreNotSkipped() {
    assertThatThrownBy(
            () -> poisoned("skip", 2).nonFiniteLoss(NonFiniteLoss.skipUpTo(2)).build().run())
        .isInstanceOf(NonFiniteLossException.class)
        .hasMessageContaining("in the update after E1_U2_S16 (3 in a row)");
    assertThatThrownBy(() -> NonFiniteLoss.skipUpTo(-1))
        .hasMessageContaining("at least 0; given: -1");
  }

  @Test
  void updatesThatWereSkippedBeforeAResumeCount() {
    CheckpointCallback keeping = new CheckpointCallback(CheckpointCallback.Config.defaults());
    poisoned("parts", 1).nonFiniteLoss(NonFiniteLoss.skipUpTo(3)).callback(keeping).build().run();
    TrainingLoop rest =
        poisoned("parts", 3)
            .nonFiniteLoss(NonFiniteLoss.skipUpTo(3))
            .callback(new CheckpointCallback(CheckpointCallback.Config.defaults()))
            .resume("parts", "latest")
            .build();
    assertThatThrownBy(rest::run)
        .isInstanceOf(NonFiniteLossException.class)
        .hasMessageContaining("in the update after E1_U3_S24 (4 in a row)");
  }

  @Test
  void sizesThatDontFitAreRefusedTogether() {
    assertThatThrownBy(() -> linear("a", dataset(10), 8).microBatchSize(3).build())
        .isInstanceOf(TrainingConfigurationException.class)
        .hasMessageContaining("micro_batch_size=3 must divide effective_batch_size=8");
    assertThatThrownBy(() -> linear("a", dataset(4), 8).build())
        .hasMessageContaining("has 4 rows, fewer than effective_batch_size=8");
    assertThat(linear("a", dataset(4), 8).lastBatch(LastBatch.KEEP).build().run().end())
        .hasToString("E2_U2_S8");
  }

  private TrainingLoopBuilder trained(String runId, int batch) {
    return Trainings.on(manager, folder)
        .runId(runId)
        .length(TrainingLength.updates(5))
        .effectiveBatchSize(batch)
        .model(
            () -> new SequentialBlock().add(Linear.builder().setUnits(3).build()),
            TestNets.FEATURES);
  }

  private TrainingLoopBuilder linear(String runId, ArrayDataset rows, int batch) {
    return linear(runId, rows, batch, 2 * (rows.size() / batch + 1));
  }

  private TrainingLoopBuilder linear(String runId, ArrayDataset rows, int batch, long updates) {
    return Trainings.on(manager, folder)
        .runId(runId)
        .model(UpdateStepsTest::linearNet, new Shape(4))
        .data(container(rows))
        .loss(Squares::new)
        .optimizer(Optimizer.sgd().setLearningRateTracker(Tracker.fixed(0.5f)).build())
        .effectiveBatchSize(batch)
        .length(rows.size() < 16 ? TrainingLength.epochs(2) : TrainingLength.updates(updates));
  }

  private TrainingLoopBuilder poisoned(String runId, int epochs) {
    float[][] x = new float[16][4];
    float[][] y = new float[16][1];
    for (float[] row : x) {
      row[0] = Float.NaN;
    }
    ArrayDataset rows =
        new ArrayDataset.Builder()
            .setData(manager.create(x))
            .optLabels(manager.create(y))
            .setSampling(8, false)
            .build();
    return Trainings.on(manager, folder)
        .runId(runId)
        .model(
            () ->
                new SequentialBlock()
                    .add(BatchNorm.builder().build())
                    .add(Linear.builder().setUnits(1).build()),
            new Shape(4))
        .data(container(rows))
        .loss(Loss::l2Loss)
        .effectiveBatchSize(8)
        .length(TrainingLength.epochs(epochs));
  }

  /** Eight micro-batches an update. */
  private TrainingLoopBuilder inMicroBatches(String runId) {
    // With the mistake that garbage shows, trainings of 8 epochs were wrong each time.
    return linear(runId, dataset(16), 8, 40)
        .microBatchSize(1)
        .optimizer(Optimizer.sgd().setLearningRateTracker(Tracker.fixed(0.01f)).build());
  }

  private static Block linearNet() {
    Block net = new SequentialBlock().add(Linear.builder().setUnits(1).build());
    net.setInitializer(Initializer.ONES, parameter -> true);
    return net;
  }

  private ArrayDataset dataset(int rows) {
    float[][] x = new float[rows][];
    for (int row = 0; row < rows; row++) {
      x[row] = java.util.Arrays.copyOf(GeneratedRows.x(row), 4);
    }
    return dataset(x);
  }

  private ArrayDataset dataset(float[][] x) {
    float[][] y = new float[x.length][1];
    for (int row = 0; row < x.length; row++) {
      y[row][0] = row % 3;
    }
    return new ArrayDataset.Builder()
        .setData(manager.create(x))
        .optLabels(manager.create(y))
        .setSampling(8, false)
        .build();
  }

  private static DataContainer container(ArrayDataset rows) {
    return DataContainer.builder().train(rows).build();
  }

  private static float[] weights(TrainingLoop training) {
    List<Float> all = new ArrayList<>();
    for (HostArray array : training.run().weights().arrays()) {
      for (float value : floats(array)) {
        all.add(value);
      }
    }
    float[] result = new float[all.size()];
    for (int i = 0; i < result.length; i++) {
      result[i] = all.get(i);
    }
    return result;
  }

  private static float[] floats(HostArray array) {
    FloatBuffer buffer =
        ByteBuffer.wrap(array.bytes()).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    float[] values = new float[buffer.remaining()];
    buffer.get(values);
    return values;
  }

  private static double distance(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
    }
    return Math.sqrt(sum);
  }

  /** Mean square error; {@link ai.djl.training.loss.L2Loss} has a number in its graph. */
  private static final class Squares extends Loss {
    Squares() {
      super("Squares");
    }

    @Override
    public NDArray evaluate(NDList labels, NDList predictions) {
      return predictions.singletonOrThrow().sub(labels.singletonOrThrow()).square().mean();
    }
  }

  /** Notes the size of each micro-batch, and the iteration after each update. */
  private static final class Steps extends Callback {
    private static final long serialVersionUID = 1;
    private final ArrayList<String> seen = new ArrayList<>();

    @Override
    public void trackAfterAccumulationStep(AccumulationStep step) {
      NDList outputs = step.outputs();
      NDArray output = outputs.singletonOrThrow();
      assertThat(output.hasGradient()).isFalse();
      assertThat(output.getShape().get(0)).isEqualTo(step.samples());
      seen.add(Integer.toString(step.samples()));
    }

    @Override
    public void afterUpdate(UpdateCounter at) {
      seen.add(at.current().toString());
    }
  }
}
