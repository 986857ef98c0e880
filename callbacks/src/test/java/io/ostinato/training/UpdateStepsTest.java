package io.ostinato.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.ParallelBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.initializer.Initializer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import io.ostinato.LogLines;
import io.ostinato.callback.AccumulationStep;
import io.ostinato.callback.Callback;
import io.ostinato.checkpoint.CheckpointCallback;
import io.ostinato.evaluation.DataContainer;
import io.ostinato.evaluation.GeneratedRows;
import io.ostinato.evaluation.LossException;
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
import java.util.function.Supplier;
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
        .hasMessage("the limit of gradient clipping must be a finite number above 0; given: 0.0");
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
  void aGradientOfExactlyZeroIsAnUpdateLikeAnyOther() {
    TrainingLoop training = linear("minimum", dataset(16), 8, 3).loss(Masked::all).build();
    TrainingResult result = training.run();
    assertThat(result.end()).hasToString("E1_U3_S24");
    assertThat(result.weights().manifest())
        .isEqualTo(linear("start", dataset(16), 8, 0).build().run().weights().manifest());
  }

  @Test
  void whatTheOptimizerRemembersGoesOnWhereTheGradientIsZero() {
    // PyTorch's SGD at a rate of 0.5 with a momentum of 0.5: the first gradient moves the weights
    // again by a half in the second update, by a quarter in the third, an eighth in the fourth.
    Supplier<Optimizer> momentum =
        () -> Optimizer.sgd().setLearningRateTracker(Tracker.fixed(0.5f)).optMomentum(0.5f).build();
    float[] start = weights(masked("start", 0, momentum).build());
    float[] first = weights(masked("first", 1, momentum).build());
    float[] fourth = weights(masked("fourth", 4, momentum).build());
    assertThat(distance(start, first)).isGreaterThan(0.2);
    for (int i = 0; i < start.length; i++) {
      assertThat(fourth[i] - start[i]).isCloseTo(1.875f * (first[i] - start[i]), within(1e-5f));
    }
  }

  @Test
  void aTrainingGoesOnFromACheckpointIntoUpdatesOfNoGradient() {
    Supplier<Optimizer> adam = () -> Optimizer.adam().build();
    TrainingLoop whole = masked("adam", 4, adam).build();
    float[] expected = weights(whole);
    assertThat(weights(masked("adam", 4, adam).resume("adam", "E0_U1_S8").build()))
        .isEqualTo(expected);
    Checkpoints kept = Checkpoints.in(LocalRunFiles.in(whole.folder().resolve("checkpoints")));
    List<HostArray> optimizer = kept.load("E2_U4_S32").optimizer();
    assertThat(optimizer)
        .as("the counts of both parameters and of the optimizer")
        .filteredOn(array -> array.dataType() == DataType.INT64)
        .hasSize(3)
        .allSatisfy(
            count ->
                assertThat(ByteBuffer.wrap(count.bytes()).order(ByteOrder.LITTLE_ENDIAN).getLong())
                    .isEqualTo(4));
  }

  @Test
  void aParameterThatTheLossDoesntReachHasAGradientOfZero() {
    float[] whole =
        weights(
            linear("unused", dataset(16), 8, 3)
                .model(UpdateStepsTest::withUnused, new Shape(4))
                .gradientClipping(GradientClipping.byNorm(1))
                .build());
    float[] clippedByValue =
        weights(
            linear("by_value", dataset(16), 8, 3)
                .model(UpdateStepsTest::withUnused, new Shape(4))
                .gradientClipping(GradientClipping.byValue(1))
                .build());
    // Weight and bias of the unused layer, which began as ones, come last.
    assertThat(whole).hasSize(10);
    assertThat(java.util.Arrays.copyOfRange(whole, 5, 10)).containsOnly(1);
    assertThat(java.util.Arrays.copyOfRange(clippedByValue, 5, 10)).containsOnly(1);
    assertThat(java.util.Arrays.copyOfRange(whole, 0, 5)).doesNotContain(1);
  }

  @Test
  void parametersMayBeFrozenAndThawedBetweenUpdates() {
    float[] two =
        weights(linear("two", dataset(8), 8, 2).length(TrainingLength.updates(2)).build());
    float[] thawed =
        weights(
            linear("thawed", dataset(8), 8, 4)
                .length(TrainingLength.updates(4))
                .gradientClipping(GradientClipping.byNorm(1e9))
                .callback(new FrozenFor(1, 3))
                .build());
    for (int i = 0; i < two.length; i++) {
      assertThat(thawed[i]).as("the same 8 rows each time").isCloseTo(two[i], within(1e-5f));
    }
  }

  @Test
  void aLossWithoutAGraphHasAGradientOfZero() {
    // All rows of the second update are masked, so that its loss is a constant.
    Supplier<Optimizer> momentum =
        () -> Optimizer.sgd().setLearningRateTracker(Tracker.fixed(0.5f)).optMomentum(0.5f).build();
    for (int microBatch : new int[] {8, 4}) {
      float[] start = weights(constant("start" + microBatch, 0, momentum).build());
      float[] first =
          weights(constant("first" + microBatch, 1, momentum).microBatchSize(microBatch).build());
      float[] second =
          weights(constant("second" + microBatch, 2, momentum).microBatchSize(microBatch).build());
      assertThat(distance(start, first)).isGreaterThan(0.2);
      for (int i = 0; i < start.length; i++) {
        assertThat(second[i] - start[i])
            .as("PyTorch's SGD moves by the momentum alone")
            .isCloseTo(1.5f * (first[i] - start[i]), within(1e-5f));
      }
    }
  }

  @Test
  void aLossThatNeverHasAGraphIsToldOnce() {
    List<String> logged =
        LogLines.of(
            () -> linear("constant", dataset(16), 8, 4).loss(() -> new Constant(0)).build().run());
    assertThat(logged)
        .filteredOn(line -> line.contains("doesn't depend on any parameter"))
        .singleElement()
        .asString()
        .contains("the loss 'Constant' of the update after E0_U0_S0", "so its gradient is zero");
    assertThat(
            LogLines.of(
                () ->
                    linear("frozen", dataset(8), 8, 4)
                        .length(TrainingLength.updates(4))
                        .callback(new FrozenFor(1, 3))
                        .build()
                        .run()))
        .as("frozen on purpose")
        .isEmpty();
  }

  @Test
  void aLossThatIsNoNumberEndsTheTrainingByItsName() {
    Loss perElement =
        new Loss("per_element") {
          @Override
          public NDArray evaluate(NDList labels, NDList predictions) {
            return predictions.get(0).sub(labels.get(0)).square();
          }
        };
    assertThatThrownBy(
            () -> linear("shape", dataset(16), 8, 2).loss(() -> perElement).build().run())
        .isInstanceOf(LossException.class)
        .hasMessage(
            "the loss 'per_element' has shape (8, 1) for 1 output, 0 (8, 1) and 1 target, 0 (8,"
                + " 1), but must be a scalar, the mean over the batch, as returned by loss.mean()");
  }

  @Test
  void aLossOfOneOutputThatGetsTwoIsToldInTraining() {
    assertThatThrownBy(
            () ->
                Trainings.on(manager, folder)
                    .model(Trainings::namedOutputs, TestNets.FEATURES)
                    .length(TrainingLength.updates(1))
                    .build()
                    .run())
        .isInstanceOf(LossException.class)
        .hasMessageStartingWith(
            "the loss 'SoftmaxCrossEntropyLoss' failed for 2 outputs, logits (16, 3), gate (16, 3)"
                + " and 1 target, 0 (16): ")
        .hasMessageEndingWith(
            "; most losses compare one output with one target: use a loss that takes all of these");
  }

  private TrainingLoopBuilder constant(String runId, long updates, Supplier<Optimizer> optimizer) {
    return linear(runId, dataset(16), 8, updates)
        .loss(() -> new Constant(1))
        .optimizer(optimizer.get())
        .callback(new Counting());
  }

  private TrainingLoopBuilder masked(String runId, long updates, Supplier<Optimizer> optimizer) {
    return linear(runId, dataset(16), 8, updates)
        .loss(() -> new Masked(1))
        .optimizer(optimizer.get())
        .callback(
            new CheckpointCallback(
                CheckpointCallback.Config.defaults()
                    .every(Schedule.everyNUpdates(1))
                    .keep(CheckpointCallback.Keep.ALL)))
        .callback(new Counting());
  }

  private static Block withUnused() {
    Block used = Linear.builder().setUnits(1).build();
    Block unused = Linear.builder().setUnits(1).build();
    Block net = new ParallelBlock(list -> new NDList(list.get(0).head())).add(used).add(unused);
    net.setInitializer(Initializer.ONES, parameter -> true);
    return net;
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
    return linear(runId, dataset(16), 8, 16)
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

  /** Squares that count for the first updates only; then all rows are masked. */
  private static final class Masked extends Loss {
    private static final ThreadLocal<Long> MADE = ThreadLocal.withInitial(() -> 0L);
    private final long updates;

    Masked(long updates) {
      super("Masked");
      this.updates = updates;
    }

    static Masked all() {
      return new Masked(0);
    }

    @Override
    public NDArray evaluate(NDList labels, NDList predictions) {
      NDArray squares = new Squares().evaluate(labels, predictions);
      NDArray mask = squares.getManager().create(MADE.get() < updates ? 1f : 0f);
      return squares.mul(mask);
    }
  }

  /** Squares for the first updates only; then a number that nothing goes into. */
  private static final class Constant extends Loss {
    private final long updates;

    Constant(long updates) {
      super("Constant");
      this.updates = updates;
    }

    @Override
    public NDArray evaluate(NDList labels, NDList predictions) {
      return Masked.MADE.get() < updates
          ? new Squares().evaluate(labels, predictions)
          : predictions.getManager().create(0f);
    }
  }

  /** Tells the loss how many updates have been made. */
  private static final class Counting extends Callback {
    private static final long serialVersionUID = 1;

    @Override
    public void beforeTraining(UpdateCounter at) {
      Masked.MADE.set(at.current().update());
    }

    @Override
    public void afterUpdate(UpdateCounter at) {
      Masked.MADE.set(at.current().update());
    }
  }

  /** Freezes all parameters after one update, and thaws them after another. */
  private static final class FrozenFor extends Callback {
    private static final long serialVersionUID = 1;
    private final long from;
    private final long to;

    FrozenFor(long from, long to) {
      this.from = from;
      this.to = to;
    }

    @Override
    public void afterUpdate(UpdateCounter at) {
      if (at.current().update() == from || at.current().update() == to) {
        context().block().freezeParameters(at.current().update() == from);
      }
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
