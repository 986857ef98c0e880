package io.ostinato.training;

import static io.ostinato.callback.DataIteratorConfig.every;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.training.loss.Loss;
import io.ostinato.callback.AccumulationStep;
import io.ostinato.callback.Callback;
import io.ostinato.callback.Invocation;
import io.ostinato.callback.PeriodicCallback;
import io.ostinato.callback.PeriodicDataIteratorCallback;
import io.ostinato.callback.Stateful;
import io.ostinato.checkpoint.CheckpointCallback;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.TestNets;
import io.ostinato.loss.OnlineLossCallback;
import io.ostinato.model.EvaluationModel;
import io.ostinato.monitor.ProgressBarCallback;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.progress.Terminal;
import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.TrainingLength;
import io.ostinato.schedule.UpdateCounter;
import io.ostinato.stopping.FixedEarlyStopper;
import io.ostinato.storage.Checkpoints;
import io.ostinato.storage.LocalRunFiles;
import io.ostinato.storage.SavedState;
import io.ostinato.tracking.MetricsRecord;
import io.ostinato.tracking.RunInfo;
import io.ostinato.tracking.RunStatus;
import io.ostinato.tracking.RunSummary;
import io.ostinato.tracking.Tracker;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is called when, and what is written then. */
class MomentsTest {
  private final NDManager manager = Engine.getInstance().newBaseManager();
  private final List<String> seen = new ArrayList<>();
  @TempDir Path folder;

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void anUpdateOfSeveralMicroBatchesThatEndsAnEpochIsInOrder() {
    loop()
        .effectiveBatchSize(80)
        .microBatchSize(40)
        .callback(new Noting("a", seen))
        .callback(new Noting("b", seen))
        .length(TrainingLength.updates(2))
        .build()
        .run();
    assertThat(seen)
        .containsExactly(
            "a before E0_U0_S0",
            "b before E0_U0_S0",
            "a step 40",
            "b step 40",
            "a step 40",
            "b step 40",
            "a track E0_U1_S80",
            "b track E0_U1_S80",
            "a update E0_U1_S80",
            "b update E0_U1_S80",
            "a step 40",
            "b step 40",
            "a step 40",
            "b step 40",
            "a track E1_U2_S160",
            "b track E1_U2_S160",
            "a update E1_U2_S160",
            "b update E1_U2_S160",
            "a epoch E1_U2_S160",
            "b epoch E1_U2_S160",
            "a after E1_U2_S160",
            "b after E1_U2_S160");
  }

  @Test
  void whoReadsAMetricIsCalledAfterItsWritersWhateverTheOrderOfRegistration() {
    // c reads what b writes, b reads what a writes; they are registered the wrong way round, and
    // their intervals are of different types.
    TrainingLoop training =
        loop()
            .callback(new Copying("c", Schedule.everyNUpdates(10), "y", "z"))
            .callback(new Copying("b", Schedule.everyNSamples(160), "x", "y"))
            .callback(new Writing("a", Schedule.everyNEpochs(1), "x"))
            .length(TrainingLength.epochs(2))
            .build();
    training.run();
    assertThat(Trainings.records(training))
        .extracting(MetricsRecord::toString)
        .allMatch(record -> record.contains("{x=1.0, y=1.0, z=1.0}"))
        .hasSize(2);
  }

  @Test
  void readersThatWaitForEachOtherAreRefused() {
    assertThatThrownBy(
            () ->
                loop()
                    .callback(new Copying("a", Schedule.everyNEpochs(1), "x", "y"))
                    .callback(new Copying("b", Schedule.everyNEpochs(1), "y", "x"))
                    .length(TrainingLength.epochs(1))
                    .build())
        .isInstanceOf(TrainingConfigurationException.class)
        .hasMessageContaining("callbacks ['a', 'b'] read metrics that they write for each other");
  }

  @Test
  void aMetricThatNobodyWroteIsAnErrorThatNamesThoseThereAre() {
    assertThatThrownBy(
            () ->
                loop()
                    .callback(new Writing("a", Schedule.everyNEpochs(1), "x"))
                    .callback(new Copying("b", Schedule.everyNEpochs(1), "accurracy", "y"))
                    .length(TrainingLength.epochs(1))
                    .build()
                    .run())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("callback 'b' needs the metric 'accurracy', which nobody wrote")
        .hasMessageContaining("written: x");
  }

  @Test
  void afterAFailureTheOthersRunMetricsAreFlushedAndACheckpointIsKept() {
    TrainingLoop training =
        loop()
            .callback(new Failing("first"))
            .callback(new Writing("a", Schedule.everyNUpdates(1), "x"))
            .callback(new Failing("second"))
            .length(TrainingLength.epochs(2))
            .build();
    assertThatThrownBy(training::run)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("first failed")
        .satisfies(
            e ->
                assertThat(e.getSuppressed())
                    .extracting(Throwable::getMessage)
                    .containsExactly("second failed"));
    assertThat(Trainings.records(training))
        .extracting(record -> record.iteration() + " " + record.metrics())
        .containsExactly("E0_U1_S16 {x=1.0}", "E0_U2_S32 {x=1.0}", "E0_U3_S48 {x=1.0}");
    assertThat(checkpoints(training).tags()).containsExactly("E0_U3_S48.error");
    assertThat(checkpoints(training).load("E0_U3_S48.error").isResumable()).isTrue();
  }

  @Test
  void aMomentThatFailsLeavesTheLastGoodCheckpoint() {
    TrainingLoop training =
        loop()
            .callback(
                new CheckpointCallback(
                    CheckpointCallback.Config.defaults().every(Schedule.everyNUpdates(1))))
            .callback(new Failing("first"))
            .callback(new KeepingWeights())
            .length(TrainingLength.epochs(2))
            .build();
    assertThatThrownBy(training::run).hasMessage("first failed");
    assertThat(checkpoints(training).tags())
        .containsExactly("E0_U2_S32", "E0_U3_S48.error", "mine");
    assertThat(checkpoints(training).latest()).contains("E0_U2_S32");
    assertThat(checkpoints(training).load("mine").iteration()).hasToString("E0_U3_S48");
    assertThat(checkpoints(training).load("E0_U3_S48.error").isResumable()).isTrue();
  }

  @Test
  void whatACallbackThrewDuringAnUpdateIsNotLostWhenTheUpdateFails() {
    // Fails in the first of two micro-batches, and the loss of the second is not finite.
    TrainingLoop training =
        loop()
            .microBatchSize(8)
            .loss(FiniteOnce::new)
            .callback(new FailingInStep())
            .length(TrainingLength.epochs(1))
            .build();
    assertThatThrownBy(training::run)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("step failed")
        .satisfies(
            e ->
                assertThat(e.getSuppressed())
                    .singleElement()
                    .isInstanceOf(NonFiniteLossException.class));
  }

  @Test
  void aFailureWhoseCheckpointCantBeKeptStillEndsTheRun() {
    List<String> given = new ArrayList<>();
    ByteArrayOutputStream terminal = new ByteArrayOutputStream();
    TrainingLoop training =
        loop()
            .callback(new ProgressBarCallback(ProgressBarCallback.Config.defaults()))
            .callback(new Failing("first"))
            .callback(new Unsaveable())
            .progress(
                ProgressDisplay.console(
                    new Terminal(new PrintStream(terminal, true, StandardCharsets.UTF_8), 40),
                    Clock.systemUTC()))
            .tracker(
                new Tracker() {
                  @Override
                  public void log(MetricsRecord record) {}

                  @Override
                  public void finish(RunSummary summary, RunStatus status) {
                    given.add(status.toString());
                  }

                  @Override
                  public void close() {
                    given.add("close");
                  }
                })
            .length(TrainingLength.epochs(1))
            .build();
    assertThatThrownBy(training::run)
        .hasMessage("first failed")
        .satisfies(
            e ->
                assertThat(e.getSuppressed())
                    .extracting(Throwable::getMessage)
                    .containsExactly("no state"));
    assertThat(given).containsExactly("FAILED", "close");
    assertThat(training.folder().resolve("summary.json")).exists();
    assertThat(terminal.toString(StandardCharsets.UTF_8))
        .as("the bar is gone")
        .contains("training [")
        .endsWith(" \r");
  }

  @Test
  void aCallbackThatCantBeDetachedKeepsNothingElseOpen() {
    List<String> given = new ArrayList<>();
    TrainingLoop training =
        loop()
            .callback(new Detaching("a", given))
            .callback(new Detaching("b", given))
            .length(TrainingLength.updates(1))
            .build();
    assertThatThrownBy(training::run)
        .isInstanceOf(AssertionError.class)
        .hasMessage("b")
        .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
    assertThat(given).containsExactly("b", "a");
  }

  @Test
  void anErrorKeepsTheOthersRunningToo() {
    Noting noting = new Noting("n", seen);
    assertThatThrownBy(
            () ->
                loop()
                    .callback(new Wrong())
                    .callback(noting)
                    .length(TrainingLength.updates(2))
                    .build()
                    .run())
        .isInstanceOf(AssertionError.class)
        .hasMessage("wrong");
    assertThat(seen).contains("n update E0_U1_S16").doesNotContain("n update E0_U2_S32");
  }

  @Test
  void anEarlyStopOnTheLastUpdateOfAnEpochStillRunsTheEpochsEnd() {
    TrainingLoop training =
        loop()
            .callback(new FixedEarlyStopper(new FixedEarlyStopper.Config(TrainingLength.epochs(1))))
            .callback(new Noting("n", seen))
            .callback(Trainings.accuracy())
            .length(TrainingLength.epochs(5))
            .build();
    TrainingResult result = training.run();
    assertThat(result.end()).hasToString("E1_U10_S160");
    assertThat(result.endedBy()).isEqualTo(EndedBy.CALLBACK);
    assertThat(result.reason()).isEqualTo("it was to stop after 1 epochs");
    assertThat(seen).endsWith("n update E1_U10_S160", "n epoch E1_U10_S160", "n after E1_U10_S160");
    assertThat(Trainings.records(training)).hasSize(1);
  }

  @Test
  void aLengthOfZeroTrainsNothingAndRunsNothingTwice() {
    TrainingLoop training =
        loop()
            .callback(new Noting("n", seen))
            .callback(
                new Writing("a", Schedule.everyNEpochs(1).and(Schedule.everyNUpdates(1)), "x"))
            .callback(new CheckpointCallback(CheckpointCallback.Config.defaults()))
            .length(TrainingLength.samples(0))
            .build();
    assertThat(training.run().end()).hasToString("E0_U0_S0");
    assertThat(seen).containsExactly("n before E0_U0_S0", "n after E0_U0_S0");
    assertThat(Trainings.records(training)).isEmpty();
    assertThat(checkpoints(training).latest()).contains("E0_U0_S0");
  }

  @Test
  void aLengthMayEndInsideAnEpoch() {
    TrainingLoop training =
        loop()
            .callback(new Noting("n", seen))
            .callback(Trainings.accuracy())
            .callback(new OnlineLossCallback(OnlineLossCallback.Config.defaults()))
            .length(TrainingLength.samples(200))
            .build();
    assertThat(training.run().end()).hasToString("E1_U13_S208");
    assertThat(seen).contains("n epoch E1_U10_S160").endsWith("n after E1_U13_S208");
    assertThat(seen.stream().filter(s -> s.contains("epoch"))).hasSize(1);
    assertThat(Trainings.records(training)).hasSize(1);
  }

  @Test
  void twoEvaluationsAndALogIntervalThatCoincideMakeOneRecord() {
    TrainingLoop training =
        loop()
            .callback(Trainings.accuracy())
            .callback(new SecondAccuracy())
            .callback(
                new OnlineLossCallback(new OnlineLossCallback.Config(Schedule.everyNUpdates(5))))
            .callback(new OnlineLossCallback(OnlineLossCallback.Config.defaults()))
            .length(TrainingLength.epochs(1))
            .build();
    training.run();
    List<MetricsRecord> records = Trainings.records(training);
    assertThat(records).hasSize(2);
    assertThat(records.get(0).metrics()).containsOnlyKeys("loss/online/softmax_cross_entropy/U5");
    assertThat(records.get(1).metrics())
        .containsOnlyKeys(
            "loss/online/softmax_cross_entropy/U5",
            "loss/online/softmax_cross_entropy/E1",
            "accuracy/test",
            "second");
  }

  @Test
  void accumulationAndAnEvaluationEveryUpdateDontDisturbEachOther() {
    TrainingResult plain =
        loop().runId("plain").microBatchSize(4).length(TrainingLength.epochs(2)).build().run();
    TrainingLoop evaluated =
        loop()
            .runId("evaluated")
            .microBatchSize(4)
            .callback(new Trainings.Accuracy(every(Schedule.everyNUpdates(1))))
            .length(TrainingLength.epochs(2))
            .build();
    assertThat(evaluated.run().weights().manifest()).isEqualTo(plain.weights().manifest());
    assertThat(Trainings.records(evaluated)).hasSize(20);
  }

  @Test
  void anEvaluationAfterAnUpdateIsInEvaluationMode() {
    // In training mode dropout draws again each time, and batch norm takes the batch's statistics.
    TrainingLoop training =
        loop()
            .model(Trainings::noisyNet, TestNets.FEATURES)
            .callback(new OutputSum("a", 40))
            .callback(new OutputSum("b", 40))
            .callback(new OutputSum("c", 7))
            .length(TrainingLength.updates(3))
            .build();
    TrainingResult evaluated = training.run();
    assertThat(Trainings.records(training))
        .hasSize(3)
        .allSatisfy(
            record -> {
              double a = record.metrics().getOrDefault("a", Double.NaN);
              assertThat(record.metrics().get("b")).isEqualTo(a);
              assertThat(record.metrics().getOrDefault("c", Double.NaN))
                  .as("whatever the rows of a batch")
                  .isCloseTo(a, within(1e-4));
            });
    TrainingResult plain =
        loop()
            .runId("plain")
            .model(Trainings::noisyNet, TestNets.FEATURES)
            .length(TrainingLength.updates(3))
            .build()
            .run();
    assertThat(evaluated.weights().manifest())
        .as("training goes on in training mode, with the same statistics and random numbers")
        .isEqualTo(plain.weights().manifest());
  }

  @Test
  void metricsThatAreWrittenAfterTrainingAreFlushed() throws IOException {
    TrainingLoop training =
        loop().callback(new AtTheEnd()).length(TrainingLength.updates(3)).build();
    TrainingResult result = training.run();
    assertThat(Trainings.records(training))
        .extracting(record -> record.iteration() + " " + record.metrics())
        .containsExactly("E0_U3_S48 {end=3.0}");
    RunSummary.Value last = result.summary().last().get("end");
    assertThat(last).isNotNull().extracting(RunSummary.Value::value).isEqualTo(3.0);
    assertThat(Files.readString(training.folder().resolve("summary.json")))
        .contains("\"end\"", "\"E0_U3_S48\"");
  }

  @Test
  void evaluatingOutsideTrainingRunsEveryCallbackOnceAndFlushes() {
    TrainingLoop training =
        loop()
            .callback(Trainings.accuracy())
            .callback(new Noting("n", seen))
            .length(TrainingLength.epochs(1))
            .build();
    training.evaluate();
    training.run();
    training.evaluate();
    assertThat(Trainings.records(training))
        .extracting(record -> record.iteration() + " " + record.metrics().keySet())
        .containsExactly(
            "E0_U0_S0 [accuracy/test]",
            "E1_U10_S160 [accuracy/test]",
            "E1_U10_S160 [accuracy/test]");
    assertThat(seen.stream().filter(s -> s.contains("eval")))
        .containsExactly("n eval E0_U0_S0", "n eval E1_U10_S160");
    assertThat(metric(training, 1)).isNotEqualTo(metric(training, 0));
    assertThat(metric(training, 2)).as("after training").isEqualTo(metric(training, 1));
  }

  @Test
  void evaluatingFirstDoesntChangeTheTraining() {
    TrainingLoop plain = loop().runId("plain").length(TrainingLength.epochs(1)).build();
    TrainingLoop evaluated =
        loop()
            .runId("evaluated")
            .callback(Trainings.accuracy())
            .length(TrainingLength.epochs(1))
            .build();
    evaluated.evaluate();
    assertThat(evaluated.run().weights().manifest()).isEqualTo(plain.run().weights().manifest());
  }

  @Test
  void trackersAreGivenEveryRecordAndTheirFailuresStopNothing() {
    List<String> given = new ArrayList<>();
    Tracker failing =
        record -> {
          throw new IllegalStateException("the server is gone");
        };
    Tracker noting =
        new Tracker() {
          @Override
          public void start(RunInfo run) {
            given.add("start %s %s".formatted(run.runId(), run.parameters()));
          }

          @Override
          public void log(MetricsRecord record) {
            given.add(record.iteration() + " " + record.metrics());
          }

          @Override
          public void finish(RunSummary summary, RunStatus status) {
            given.add("%s %s".formatted(status, summary.last().keySet()));
          }

          @Override
          public void close() {
            given.add("close");
          }
        };
    loop()
        .tracker(failing)
        .tracker(noting)
        .parameter("net", "small")
        .callback(new Writing("a", Schedule.everyNEpochs(1), "x"))
        .length(TrainingLength.epochs(2))
        .build()
        .run();
    assertThat(given)
        .containsExactly(
            "start run {length=2 epochs, effective_batch_size=16, micro_batch_size=16, seed=0,"
                + " net=small}",
            "E1_U10_S160 {x=1.0}",
            "E2_U20_S320 {x=1.0}",
            "FINISHED [x]",
            "close");
  }

  @Test
  void twoWritersOfOneKeyAreNamed() {
    assertThatThrownBy(
            () ->
                loop()
                    .callback(new Writing("a", Schedule.everyNEpochs(1), "x"))
                    .callback(new Writing("b", Schedule.everyNEpochs(1), "x"))
                    .length(TrainingLength.epochs(1))
                    .build()
                    .run())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("'a' and 'b' both write the metric 'x' at one moment");
  }

  private double metric(TrainingLoop training, int record) {
    return Trainings.records(training)
        .get(record)
        .metrics()
        .getOrDefault("accuracy/test", Double.NaN);
  }

  private static Checkpoints checkpoints(TrainingLoop training) {
    return Checkpoints.in(LocalRunFiles.in(training.folder().resolve("checkpoints")));
  }

  private TrainingLoopBuilder loop() {
    return Trainings.on(manager, folder);
  }

  /** Notes every hook. */
  private static final class Noting extends Callback {
    private static final long serialVersionUID = 1;
    private final transient List<String> seen;

    Noting(String name, List<String> seen) {
      super(name);
      this.seen = seen;
    }

    @Override
    public void beforeTraining(UpdateCounter at) {
      note("before", at);
    }

    @Override
    public void trackAfterAccumulationStep(AccumulationStep step) {
      seen.add(name() + " step " + step.samples());
    }

    @Override
    public void trackAfterUpdateStep(UpdateCounter at) {
      note("track", at);
    }

    @Override
    public void afterUpdate(UpdateCounter at) {
      note("update", at);
    }

    @Override
    public void afterEpoch(UpdateCounter at) {
      note("epoch", at);
    }

    @Override
    public void atEval(UpdateCounter at) {
      note("eval", at);
    }

    @Override
    public void afterTraining(UpdateCounter at) {
      note("after", at);
    }

    private void note(String hook, UpdateCounter at) {
      seen.add(name() + " " + hook + " " + at.current());
    }
  }

  private static final class Writing extends PeriodicCallback {
    private static final long serialVersionUID = 1;
    private final String key;

    Writing(String name, Schedule schedule, String key) {
      super(name, schedule);
      this.key = key;
    }

    @Override
    protected void periodicCallback(Invocation at) {
      writer().addScalar(key, 1);
    }
  }

  private static final class Copying extends PeriodicCallback {
    private static final long serialVersionUID = 1;
    private final String from;
    private final String to;

    Copying(String name, Schedule schedule, String from, String to) {
      super(name, schedule);
      this.from = from;
      this.to = to;
    }

    @Override
    public Set<String> readsMetrics() {
      return Set.of(from);
    }

    @Override
    public Set<String> writesMetrics() {
      return Set.of(to);
    }

    @Override
    protected void periodicCallback(Invocation at) {
      writer().addScalar(to, context().metrics().get(from, name()));
    }
  }

  private static final class Failing extends Callback {
    private static final long serialVersionUID = 1;

    Failing(String name) {
      super(name);
    }

    @Override
    public void afterUpdate(UpdateCounter at) {
      if (at.current().update() == 3) {
        throw new IllegalStateException(name() + " failed");
      }
    }
  }

  private static final class FailingInStep extends Callback {
    private static final long serialVersionUID = 1;

    @Override
    public void trackAfterAccumulationStep(AccumulationStep step) {
      throw new IllegalStateException("step failed");
    }
  }

  private static final class Detaching extends Callback {
    private static final long serialVersionUID = 1;
    private final transient List<String> seen;

    Detaching(String name, List<String> seen) {
      super(name);
      this.seen = seen;
    }

    @Override
    protected void detached() {
      seen.add(name());
      throw new AssertionError(name());
    }
  }

  private static final class Unsaveable extends Callback implements Stateful {
    private static final long serialVersionUID = 1;

    @Override
    public SavedState saveState() {
      throw new AssertionError("no state");
    }

    @Override
    public void restoreState(SavedState state) {}
  }

  /** Not a number from the second time on. */
  private static final class FiniteOnce extends Loss {
    private int calls;

    FiniteOnce() {
      super("FiniteOnce");
    }

    @Override
    public NDArray evaluate(NDList labels, NDList predictions) {
      NDArray mean = predictions.singletonOrThrow().mean();
      return calls++ == 0 ? mean : mean.mul(Double.NaN);
    }
  }

  private static final class KeepingWeights extends Callback {
    private static final long serialVersionUID = 1;

    @Override
    public void afterUpdate(UpdateCounter at) {
      context().checkpointsFor(name()).saveWeights("mine", context().weights());
    }
  }

  private static final class Wrong extends Callback {
    private static final long serialVersionUID = 1;

    @Override
    public void afterUpdate(UpdateCounter at) {
      throw new AssertionError("wrong");
    }
  }

  private static final class AtTheEnd extends Callback {
    private static final long serialVersionUID = 1;

    @Override
    public void afterTraining(UpdateCounter at) {
      writer().addScalar("end", at.current().update());
    }
  }

  /** The sum of all outputs, evaluated after each update in batches of some size. */
  private static final class OutputSum extends PeriodicDataIteratorCallback {
    private static final long serialVersionUID = 1;

    OutputSum(String name, int batchSize) {
      super(name, every(Schedule.everyNUpdates(1)).batchSize(batchSize));
    }

    @Override
    protected NDList processData(EvaluationBatch batch, EvaluationModel model) {
      return results("outputs", model.forward(batch.get("x")));
    }

    @Override
    protected void processResults(io.ostinato.evaluation.EvaluationResults results, Invocation at) {
      writer()
          .addScalar(
              name(), results.get("outputs").toType(DataType.FLOAT64, false).sum().getDouble());
    }
  }

  /** A second evaluation on the same dataset, under another key. */
  private static final class SecondAccuracy extends Trainings.Accuracy {
    private static final long serialVersionUID = 1;

    SecondAccuracy() {
      super(every(Schedule.everyNEpochs(1)));
    }

    @Override
    protected void processResults(io.ostinato.evaluation.EvaluationResults results, Invocation at) {
      writer().addScalar("second", results.rows());
    }
  }
}
