package io.ostinato.training;

import static io.ostinato.callback.DataIteratorConfig.every;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.dataset.Dataset;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import io.ostinato.callback.Callback;
import io.ostinato.evaluation.DataContainer;
import io.ostinato.evaluation.GeneratedRows;
import io.ostinato.evaluation.LossException;
import io.ostinato.evaluation.TestNets;
import io.ostinato.loss.OnlineLossCallback;
import io.ostinato.model.BlockWeights;
import io.ostinato.monitor.TrackOutputsCallback;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.TrainingLength;
import io.ostinato.schedule.UpdateCounter;
import io.ostinato.stopping.FixedEarlyStopper;
import io.ostinato.storage.Checkpoints;
import io.ostinato.storage.LocalRunFiles;
import io.ostinato.tracking.MetricsFile;
import io.ostinato.tracking.MetricsRecord;
import io.ostinato.tracking.RunStatus;
import io.ostinato.tracking.RunSummary;
import io.ostinato.weights.HostArray;
import io.ostinato.weights.Manifest;
import io.ostinato.weights.WeightSnapshot;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same callbacks, called back from DJL's own training. */
class CallbackTrainingListenerTest {
  private final NDManager manager = Engine.getInstance().newBaseManager();
  @TempDir Path folder;

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void callbacksSeeEveryUpdateOfFitWithItsWeights() throws Exception {
    Snapshots seen = new Snapshots();
    Optimizer optimizer = optimizer();
    CallbackTrainingListener listener =
        builder(optimizer)
            .callback(seen)
            .callback(new Trainings.Accuracy(every(Schedule.everyNUpdates(4))))
            .callback(new OnlineLossCallback(OnlineLossCallback.Config.defaults()))
            .length(TrainingLength.epochs(2))
            .buildListener();
    List<Manifest> expected = new ArrayList<>();
    WeightSnapshot end = fit(listener, optimizer, 2, expected);
    assertThat(seen.moments)
        .containsExactly(
            "before E0_U0_S0",
            "E0_U1_S16",
            "E0_U2_S32",
            "E0_U3_S48",
            "E0_U4_S64",
            "E1_U5_S80",
            "epoch E1_U5_S80",
            "E1_U6_S96",
            "E1_U7_S112",
            "E1_U8_S128",
            "E1_U9_S144",
            "E2_U10_S160",
            "epoch E2_U10_S160",
            "after E2_U10_S160");
    assertThat(seen.weights).as("after each update").isEqualTo(expected).hasSize(10);
    assertThat(end.manifest()).isEqualTo(expected.get(9));
    List<MetricsRecord> records = MetricsFile.read(folder.resolve("run").resolve("metrics.jsonl"));
    assertThat(records)
        .extracting(record -> record.iteration() + " " + record.metrics().keySet())
        .containsExactly(
            "E0_U4_S64 [accuracy/test]",
            "E1_U5_S80 [loss/online/softmax_cross_entropy/E1]",
            "E1_U8_S128 [accuracy/test]",
            "E2_U10_S160 [loss/online/softmax_cross_entropy/E1]");
  }

  @Test
  void evaluationsRunBesideFitToo() throws Exception {
    List<List<MetricsRecord>> records = new ArrayList<>();
    for (Evaluations evaluations :
        List.of(Evaluations.inline(), Evaluations.beside().join(Join.updates(3)))) {
      Optimizer optimizer = optimizer();
      Engine.getInstance().setRandomSeed(1);
      try (BesideFixture.Dawdling engine = new BesideFixture.Dawdling(1)) {
        CallbackTrainingListener listener =
            builder(optimizer)
                .engine(engine)
                .evaluations(evaluations)
                .runId(evaluations.mode().name())
                .callback(new Trainings.Accuracy(every(Schedule.everyNUpdates(2))))
                .callback(new OnlineLossCallback(OnlineLossCallback.Config.defaults()))
                .length(TrainingLength.epochs(2))
                .buildListener();
        fit(listener, optimizer, 2, new ArrayList<>());
      }
      records.add(
          MetricsFile.read(folder.resolve(evaluations.mode().name()).resolve("metrics.jsonl")));
    }
    assertThat(records.get(1)).hasSize(6);
    for (int i = 0; i < 6; i++) {
      Map<String, Double> beside = new LinkedHashMap<>(records.get(1).get(i).metrics());
      Double lag = beside.remove("evaluation_lag");
      assertThat(lag == null || lag == (i == 5 ? 0 : i == 4 ? 2 : 3)).as("lag %s", lag).isTrue();
      assertThat(beside).isEqualTo(records.get(0).get(i).metrics());
      assertThat(records.get(1).get(i).iteration()).isEqualTo(records.get(0).get(i).iteration());
    }
  }

  @Test
  void evaluationsInTheProcessOfFitCantRunBesideIt() {
    assertThatThrownBy(
            () ->
                builder(optimizer())
                    .evaluations(Evaluations.beside())
                    .length(TrainingLength.epochs(1))
                    .buildListener())
        .isInstanceOf(TrainingConfigurationException.class)
        .hasMessageContaining(
            "EasyTrain's updates don't take turns with evaluations in the same process; use an"
                + " engine with executors, or a TrainingLoop");
  }

  @Test
  void anEarlyStopLeavesTheRestOut() throws Exception {
    Snapshots seen = new Snapshots();
    Optimizer optimizer = optimizer();
    CallbackTrainingListener listener =
        builder(optimizer)
            .callback(seen)
            .callback(
                new FixedEarlyStopper(new FixedEarlyStopper.Config(TrainingLength.updates(5))))
            .length(TrainingLength.epochs(3))
            .buildListener();
    fit(listener, optimizer, 3, new ArrayList<>());
    assertThat(seen.moments).endsWith("E1_U5_S80", "epoch E1_U5_S80", "after E1_U5_S80");
  }

  @Test
  void whatWouldGiveWrongMomentsIsRefused() {
    Optimizer optimizer = optimizer();
    CallbackTrainingListener otherBatch =
        builder(optimizer).effectiveBatchSize(20).length(TrainingLength.epochs(1)).buildListener();
    assertThatThrownBy(() -> fit(otherBatch, optimizer, 1, new ArrayList<>()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the update after E0_U0_S0 has 16 samples, but")
        .hasMessageContaining("effective_batch_size=20");
    CallbackTrainingListener unwatched =
        builder(optimizer).runId("b").length(TrainingLength.epochs(1)).buildListener();
    assertThatThrownBy(
            () -> {
              try (Model model = model();
                  Trainer trainer = model.newTrainer(config(optimizer, unwatched))) {
                trainer.initialize(new Shape(16).addAll(TestNets.FEATURES));
                EasyTrain.fit(trainer, 1, rows(), null);
              }
            })
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("pass the result of watch(dataset) to fit");
    assertThatThrownBy(
            () ->
                builder(optimizer)
                    .microBatchSize(4)
                    .gradientClipping(GradientClipping.byNorm(1))
                    .nonFiniteLoss(NonFiniteLoss.skipUpTo(1))
                    .resume("run", "latest")
                    .stopOnInterrupt()
                    .length(TrainingLength.epochs(1))
                    .buildListener())
        .hasMessageContaining("EasyTrain has no micro-batches")
        .hasMessageContaining("EasyTrain can't clip gradients")
        .hasMessageContaining("EasyTrain can't skip updates")
        .hasMessageContaining("EasyTrain ends immediately on a signal; remove stopOnInterrupt")
        .hasMessageContaining("EasyTrain can't resume from a checkpoint");
  }

  @Test
  void whateverFailsOutsideEndsTheRunAsFailed() throws Exception {
    Optimizer optimizer = optimizer();
    for (String what : List.of("batch", "step", "validation", "too few epochs")) {
      Snapshots seen = new Snapshots();
      Ending ending = new Ending();
      CallbackTrainingListener listener =
          builder(optimizer)
              .runId(what.replace(' ', '_'))
              .callback(seen)
              .tracker(ending)
              .length(TrainingLength.epochs(3))
              .buildListener();
      try (Model model = model();
          Trainer trainer = model.newTrainer(config(optimizer, listener))) {
        trainer.initialize(new Shape(16).addAll(TestNets.FEATURES));
        Dataset watched = listener.watch(rows());
        EasyTrain.fit(trainer, 1, watched, null);
        if (!what.equals("too few epochs") && !what.equals("validation")) {
          var batch = trainer.iterateDataset(watched).iterator();
          assertThat(batch.hasNext()).isTrue();
          var first = batch.next();
          if (what.equals("step")) {
            EasyTrain.trainBatch(trainer, first);
          }
          throw new IllegalStateException("the " + what + " failed");
        } else if (what.equals("validation")) {
          throw new IllegalStateException("the validation failed");
        }
      } catch (IllegalStateException e) {
        assertThat(e).hasMessage("the " + what + " failed").hasNoSuppressedExceptions();
      }
      assertThat(ending.seen).as(what).containsExactly("FAILED", "close");
      assertThat(seen.moments).as(what).endsWith("E1_U5_S80", "epoch E1_U5_S80");
      assertThat(checkpoints(what.replace(' ', '_')).tags())
          .as(what)
          .containsExactly("E1_U5_S80.error");
    }
  }

  @Test
  void aLossOrAGradientThatIsNotFiniteFailsWithTheWeightsOfBefore() throws Exception {
    float[][] x = new float[80][];
    for (int row = 0; row < x.length; row++) {
      x[row] = GeneratedRows.x(row);
    }
    x[40][0] = Float.NaN;
    Dataset poisoned =
        new ArrayDataset.Builder()
            .setData(manager.create(x))
            .optLabels(manager.zeros(new Shape(80)))
            .setSampling(16, false)
            .build();
    assertFailsAt("E0_U2_S32", "the loss is not finite", poisoned, Loss.softmaxCrossEntropyLoss());
    Loss rootOfNothing =
        new Loss("Root") {
          @Override
          public NDArray evaluate(NDList labels, NDList predictions) {
            return predictions.singletonOrThrow().mul(0).square().sum().sqrt();
          }
        };
    assertFailsAt("E0_U0_S0", "the norm of the gradient is NaN", rows(), rootOfNothing);
  }

  private void assertFailsAt(String iteration, String what, Dataset rows, Loss loss) {
    Optimizer optimizer = optimizer();
    Ending ending = new Ending();
    CallbackTrainingListener listener =
        builder(optimizer)
            .runId(loss.getName())
            .tracker(ending)
            .length(TrainingLength.epochs(1))
            .buildListener();
    try (Model model = model();
        Trainer trainer =
            model.newTrainer(
                new DefaultTrainingConfig(loss)
                    .optOptimizer(optimizer)
                    .addTrainingListeners(listener))) {
      trainer.initialize(new Shape(16).addAll(TestNets.FEATURES));
      assertThatThrownBy(() -> EasyTrain.fit(trainer, 1, listener.watch(rows), null))
          .isInstanceOf(NonFiniteLossException.class)
          .hasMessageContaining(what + " in the update after " + iteration + " (1 in a row)");
    }
    assertThat(ending.seen).containsExactly("FAILED", "close");
    WeightSnapshot kept = checkpoints(loss.getName()).load(iteration + ".error").weights();
    for (HostArray array : kept.arrays()) {
      FloatBuffer numbers =
          ByteBuffer.wrap(array.bytes()).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
      while (numbers.hasRemaining()) {
        assertThat(numbers.get()).as(array.name()).isFinite();
      }
    }
  }

  @Test
  void aLossThatIsNoNumberEndsTheTrainingByItsName() {
    Loss perRow =
        new Loss("per_row") {
          @Override
          public NDArray evaluate(NDList labels, NDList predictions) {
            return predictions.singletonOrThrow().square();
          }
        };
    Optimizer optimizer = optimizer();
    CallbackTrainingListener listener =
        builder(optimizer).length(TrainingLength.epochs(1)).buildListener();
    try (Model model = model();
        Trainer trainer =
            model.newTrainer(
                new DefaultTrainingConfig(perRow)
                    .optOptimizer(optimizer)
                    .addTrainingListeners(listener))) {
      trainer.initialize(new Shape(16).addAll(TestNets.FEATURES));
      assertThatThrownBy(() -> EasyTrain.fit(trainer, 1, listener.watch(rows()), null))
          .isInstanceOf(LossException.class)
          .hasMessage(
              "the loss 'per_row' has shape (16, 3) for 1 output, 0 (16, 3) and 1 target, 0 (16),"
                  + " but must be a scalar, the mean over the batch, as returned by loss.mean()");
    }
  }

  @Test
  void whatIsMadeForTheTrainingIsFreedOnceHoweverItEnds() throws Exception {
    for (String what : List.of("in time", "never begun", "can't begin", "fails", "too soon")) {
      Optimizer optimizer = optimizer();
      TrainingLoopBuilder builder =
          builder(optimizer).runId(what.replaceAll("\\W", "_")).length(TrainingLength.epochs(2));
      if (what.equals("can't begin")) {
        builder.callback(new CantAttach());
      } else if (what.equals("fails")) {
        builder.callback(new FailsAtOnce());
      }
      List<String> freed = new ArrayList<>();
      CallbackTrainingListener listener =
          new CallbackTrainingListener(
              atEnd(new TrainingAssembly(builder).assembleForListener(), () -> freed.add(what)));
      int epochs = what.equals("never begun") ? 0 : what.equals("too soon") ? 1 : 2;
      try (Model model = model();
          Trainer trainer = model.newTrainer(config(optimizer, listener))) {
        trainer.initialize(new Shape(16).addAll(TestNets.FEATURES));
        EasyTrain.fit(trainer, epochs, listener.watch(rows()), null);
      } catch (IllegalStateException e) {
        assertThat(e).hasMessage(what);
      }
      assertThat(freed).containsExactly(what);
    }
  }

  /** The same, with something else to do at the end. */
  private static TrainingSettings atEnd(TrainingSettings settings, Runnable atEnd) {
    return new TrainingSettings(
        settings.model(),
        settings.data(),
        settings.engine(),
        settings.evaluations(),
        atEnd,
        settings.callbacks(),
        settings.length(),
        settings.epochSize(),
        settings.microBatchSize(),
        settings.gradientClipping(),
        settings.nonFiniteLoss(),
        settings.loss(),
        settings.optimizer(),
        settings.seed(),
        settings.run(),
        settings.report(),
        settings.checkpoints(),
        settings.resumeFrom(),
        settings.start(),
        settings.signals(),
        settings.tracker(),
        settings.metricProperties(),
        settings.progress(),
        settings.clock());
  }

  @Test
  void outputsKeepTheirNames() throws Exception {
    Optimizer optimizer = optimizer();
    CallbackTrainingListener listener =
        builder(optimizer)
            .callback(new TrackOutputsCallback(TrackOutputsCallback.Config.defaults()))
            .length(TrainingLength.epochs(1))
            .buildListener();
    try (Model model = Model.newInstance("model")) {
      model.setBlock(Trainings.namedOutputs());
      try (Trainer trainer =
          model.newTrainer(
              new DefaultTrainingConfig(Trainings.lossOfFirst())
                  .optOptimizer(optimizer)
                  .addTrainingListeners(listener))) {
        trainer.initialize(new Shape(16).addAll(TestNets.FEATURES));
        EasyTrain.fit(trainer, 1, listener.watch(rows()), null);
      }
    }
    assertThat(MetricsFile.read(folder.resolve("run").resolve("metrics.jsonl")))
        .singleElement()
        .satisfies(
            record ->
                assertThat(record.metrics())
                    .containsOnlyKeys("outputs/logits/mean/E1", "outputs/gate/mean/E1"));
  }

  private Checkpoints checkpoints(String runId) {
    return Checkpoints.in(LocalRunFiles.in(folder.resolve(runId).resolve("checkpoints")));
  }

  /** Trains with DJL's own loop, and notes the weights after each of its steps. */
  private WeightSnapshot fit(
      CallbackTrainingListener listener, Optimizer optimizer, int epochs, List<Manifest> weights)
      throws Exception {
    try (Model model = model();
        Trainer trainer = model.newTrainer(config(optimizer, listener))) {
      trainer.initialize(new Shape(16).addAll(TestNets.FEATURES));
      Dataset watched = listener.watch(rows());
      // What EasyTrain.fit does, with a look at the weights.
      for (int epoch = 0; epoch < epochs; epoch++) {
        for (var batch : trainer.iterateDataset(watched)) {
          EasyTrain.trainBatch(trainer, batch);
          trainer.step();
          batch.close();
          weights.add(BlockWeights.snapshot(model.getBlock()).manifest());
        }
        trainer.notifyListeners(l -> l.onEpoch(trainer));
      }
      return BlockWeights.snapshot(model.getBlock());
    }
  }

  @Test
  void fitItselfWorksToo() throws Exception {
    Snapshots seen = new Snapshots();
    Optimizer optimizer = optimizer();
    CallbackTrainingListener listener =
        builder(optimizer).callback(seen).length(TrainingLength.epochs(1)).buildListener();
    try (Model model = model();
        Trainer trainer = model.newTrainer(config(optimizer, listener))) {
      trainer.initialize(new Shape(16).addAll(TestNets.FEATURES));
      EasyTrain.fit(trainer, 1, listener.watch(rows()), rows());
      assertThat(seen.weights.get(4)).isEqualTo(BlockWeights.snapshot(model.getBlock()).manifest());
    }
    assertThat(seen.moments).hasSize(8).endsWith("epoch E1_U5_S80", "after E1_U5_S80");
  }

  private TrainingLoopBuilder builder(Optimizer optimizer) {
    return TrainingLoop.builder()
        .model(TestNets::classifier, TestNets.FEATURES)
        .data(
            DataContainer.builder()
                .train(rows())
                .evaluation("test", GeneratedRows.inMemory(40))
                .build())
        .optimizer(optimizer)
        .effectiveBatchSize(16)
        .withoutDefaultCallbacks()
        .progress(ProgressDisplay.silent())
        .output(folder)
        .runId("run");
  }

  private static Model model() {
    Model model = Model.newInstance("model");
    model.setBlock(TestNets.classifier());
    return model;
  }

  private static DefaultTrainingConfig config(
      Optimizer optimizer, CallbackTrainingListener listener) {
    return new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
        .optOptimizer(optimizer)
        .addTrainingListeners(listener);
  }

  private static Optimizer optimizer() {
    return Optimizer.sgd().setLearningRateTracker(Tracker.fixed(0.1f)).build();
  }

  /** 80 rows in batches of 16. */
  private ArrayDataset rows() {
    return Trainings.rows(manager, 80);
  }

  private static final class CantAttach extends Callback {
    private static final long serialVersionUID = 1;

    @Override
    protected void attached() {
      throw new IllegalStateException("can't begin");
    }
  }

  private static final class FailsAtOnce extends Callback {
    private static final long serialVersionUID = 1;

    @Override
    public void beforeTraining(UpdateCounter at) {
      throw new IllegalStateException("fails");
    }
  }

  /** Notes how the run ends. */
  private static final class Ending implements io.ostinato.tracking.Tracker {
    private final List<String> seen = new ArrayList<>();

    @Override
    public void log(MetricsRecord record) {}

    @Override
    public void finish(RunSummary summary, RunStatus status) {
      seen.add(status.toString());
    }

    @Override
    public void close() {
      seen.add("close");
    }
  }

  /** Notes the moments, and the weights after each update. */
  private static final class Snapshots extends Callback {
    private static final long serialVersionUID = 1;
    private final transient List<String> moments = new ArrayList<>();
    private final transient List<Manifest> weights = new ArrayList<>();

    @Override
    public void beforeTraining(UpdateCounter at) {
      moments.add("before " + at.current());
    }

    @Override
    public void afterUpdate(UpdateCounter at) {
      moments.add(at.current().toString());
      weights.add(context().weights().manifest());
    }

    @Override
    public void afterEpoch(UpdateCounter at) {
      moments.add("epoch " + at.current());
    }

    @Override
    public void afterTraining(UpdateCounter at) {
      moments.add("after " + at.current());
    }
  }
}
