package io.ostinato.training;

import static io.ostinato.callback.DataIteratorConfig.every;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import io.ostinato.LogLines;
import io.ostinato.averaging.EmaCallback;
import io.ostinato.callback.BatchColumns;
import io.ostinato.callback.Callback;
import io.ostinato.callback.Stateful;
import io.ostinato.checkpoint.BestCheckpointCallback;
import io.ostinato.checkpoint.CheckpointCallback;
import io.ostinato.evaluation.DataContainer;
import io.ostinato.evaluation.GeneratedRows;
import io.ostinato.evaluation.TestNets;
import io.ostinato.loss.OfflineLossCallback;
import io.ostinato.loss.OnlineLossCallback;
import io.ostinato.monitor.LearningRateCallback;
import io.ostinato.monitor.TrackOutputsCallback;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.quality.BestMetricCallback;
import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.schedule.TrainingLength;
import io.ostinato.schedule.UpdateCounter;
import io.ostinato.stopping.FixedEarlyStopper;
import io.ostinato.stopping.MetricEarlyStopper;
import io.ostinato.storage.Checkpoint;
import io.ostinato.storage.Checkpoints;
import io.ostinato.storage.LocalRunFiles;
import io.ostinato.storage.SavedState;
import io.ostinato.tracking.MetricProperties;
import io.ostinato.tracking.MetricsFile;
import io.ostinato.tracking.MetricsRecord;
import io.ostinato.tracking.RunSummary;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A training that goes on from a checkpoint gives what it would have given without the stop. */
class ResumeTest {
  private static final TrainingLength LENGTH = TrainingLength.epochs(3);
  private final NDManager manager = Engine.getInstance().newBaseManager();
  @TempDir Path folder;

  @AfterEach
  void close() {
    manager.close();
  }

  static Stream<Arguments> optimizers() {
    Tracker decaying =
        Tracker.factor().setBaseValue(0.05f).setFactor(0.97f).optMaxUpdates(1000).build();
    return Stream.of(
        Arguments.of("Adam", (Supplier<Optimizer>) () -> Optimizer.adam().build()),
        Arguments.of(
            "AdamW",
            (Supplier<Optimizer>) () -> Optimizer.adamW().optLearningRateTracker(decaying).build()),
        Arguments.of(
            "SGD with momentum",
            (Supplier<Optimizer>)
                () -> Optimizer.sgd().setLearningRateTracker(decaying).optMomentum(0.9f).build()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("optimizers")
  void inTheMiddleOfAnEpochNothingDiffersFromAnUninterruptedRun(
      String name, Supplier<Optimizer> optimizer) {
    TrainingLoop whole = loop("whole", optimizer).length(LENGTH).build();
    TrainingResult expected = whole.run();

    TrainingIteration stop = TrainingIteration.parse("E1_U17_S272");
    TrainingLoop first = loop("parts", optimizer).callback(new Crash(stop)).length(LENGTH).build();
    assertThatThrownBy(first::run).hasMessage("the machine is gone");
    TrainingLoop second =
        loop("parts", optimizer).resume("parts", "E1_U14_S224").length(LENGTH).build();
    TrainingResult resumed = second.run();

    assertThat(resumed.end()).isEqualTo(expected.end()).hasToString("E3_U30_S480");
    assertThat(resumed.weights().manifest()).isEqualTo(expected.weights().manifest());
    assertThat(metrics(second)).isEqualTo(metrics(whole));
    assertThat(Trainings.records(second)).hasSizeGreaterThan(10);
    assertThat(checkpoints(second).load("E3_U30_S480").optimizer())
        .isEqualTo(checkpoints(whole).load("E3_U30_S480").optimizer());
    assertThat(checkpoints(second).load("E3_U30_S480").states())
        .isEqualTo(checkpoints(whole).load("E3_U30_S480").states());
    assertThat(
            MetricsFile.read(second.folder().resolve("metrics.superseded-1.jsonl")).stream()
                .map(MetricsRecord::iteration))
        .as("what the first run had measured after the checkpoint is put aside, not lost")
        .extracting(TrainingIteration::toString)
        .containsExactly("E1_U15_S240", "E1_U16_S256", "E1_U17_S272");
    assertThat(evaluations(second, "evaluations.jsonl"))
        .hasSizeGreaterThan(30)
        .isEqualTo(evaluations(whole, "evaluations.jsonl"));
    assertThat(evaluations(second, "evaluations.superseded-1.jsonl"))
        .hasSize(3)
        .allMatch(line -> line.matches(".*E1_U1[567]_S.*"));
  }

  /** The lines without times. */
  private static List<String> evaluations(TrainingLoop training, String name) {
    return LocalRunFiles.in(training.folder()).lines(name).stream()
        .map(line -> line.replaceAll("\"time\":\"[^\"]*\"", ""))
        .map(line -> line.replaceAll("\"milliseconds\":\\{[^}]*}", ""))
        .toList();
  }

  @Test
  void fromWhatAFailureLeftToo() {
    TrainingLoop whole = loop("whole", () -> Optimizer.adam().build()).length(LENGTH).build();
    TrainingResult expected = whole.run();
    TrainingIteration stop = TrainingIteration.parse("E1_U17_S272");
    TrainingLoop first =
        loop("parts", () -> Optimizer.adam().build())
            .callback(new Crash(stop))
            .length(LENGTH)
            .build();
    assertThatThrownBy(first::run).hasMessage("the machine is gone");
    TrainingLoop second =
        loop("parts", () -> Optimizer.adam().build())
            .resume("parts", "E1_U17_S272.error")
            .length(LENGTH)
            .build();
    assertThat(second.run().weights().manifest()).isEqualTo(expected.weights().manifest());
    assertThat(metrics(second)).isEqualTo(metrics(whole));
    assertThat(checkpoints(second).load("E3_U30_S480").states())
        .isEqualTo(checkpoints(whole).load("E3_U30_S480").states());
  }

  @Test
  void atTheEndOfAnEpochToo() {
    TrainingLoop whole = loop("whole", () -> Optimizer.adam().build()).length(LENGTH).build();
    TrainingResult expected = whole.run();
    loop("parts", () -> Optimizer.adam().build()).length(TrainingLength.epochs(2)).build().run();
    TrainingLoop second =
        loop("parts", () -> Optimizer.adam().build())
            .resume("parts", TrainingLoopBuilder.LATEST)
            .length(LENGTH)
            .build();
    assertThat(second.run().weights().manifest()).isEqualTo(expected.weights().manifest());
    assertThat(metrics(second)).isEqualTo(metrics(whole));
  }

  @Test
  void aFinishedTrainingThatIsResumedTrainsNothing() {
    TrainingResult whole = loop("run", () -> Optimizer.adam().build()).length(LENGTH).build().run();
    TrainingResult again =
        loop("run", () -> Optimizer.adam().build())
            .resume("run", "latest")
            .length(LENGTH)
            .build()
            .run();
    assertThat(again.end()).isEqualTo(whole.end());
    assertThat(again.weights().manifest()).isEqualTo(whole.weights().manifest());
  }

  @Test
  void bestMetricAndPatienceAreKept() {
    TrainingLoop whole = loop("whole", () -> Optimizer.adam().build()).length(LENGTH).build();
    whole.run();
    TrainingLoop parts =
        loop("parts", () -> Optimizer.adam().build()).length(TrainingLength.updates(14)).build();
    parts.run();
    SavedState before =
        checkpoints(parts)
            .load("E1_U14_S224")
            .states()
            .getOrDefault("best_metric.accuracy/test", SavedState.empty());
    assertThat(before.getDouble("best")).isGreaterThan(0);
    TrainingLoop second =
        loop("parts", () -> Optimizer.adam().build())
            .resume("parts", "latest")
            .length(LENGTH)
            .build();
    second.run();
    assertThat(checkpoints(second).load("E3_U30_S480").states())
        .isEqualTo(checkpoints(whole).load("E3_U30_S480").states());
  }

  @Test
  void patienceThatWasUsedUpBeforeTheStopCounts() {
    double[] series = {0.9, 0.1, 0.1, 0.1, 0.1, 0.1};
    TrainingLength six = TrainingLength.epochs(6);
    TrainingResult whole = stopping("whole", series).length(six).build().run();
    assertThat(whole.end()).hasToString("E4_U40_S640");
    stopping("parts", series).length(TrainingLength.epochs(3)).build().run();
    TrainingResult resumed =
        stopping("parts", series).resume("parts", "latest").length(six).build().run();
    assertThat(resumed.end()).isEqualTo(whole.end());
    assertThat(resumed.reason()).isEqualTo(whole.reason());
    assertThat(resumed.summary().best().get("accuracy/test"))
        .as("the summary goes on too")
        .isEqualTo(whole.summary().best().get("accuracy/test"));
  }

  @Test
  void aRunThatAStopperEndedTrainsNothingWhenItIsResumed() {
    double[] series = {0.9, 0.1, 0.1, 0.1, 0.1, 0.1};
    TrainingLength six = TrainingLength.epochs(6);
    TrainingResult ended = stopping("run", series).length(six).build().run();
    TrainingResult resumed =
        stopping("run", series).resume("run", "latest").length(six).build().run();
    assertThat(resumed.end()).isEqualTo(ended.end()).hasToString("E4_U40_S640");
    assertThat(resumed.weights().manifest()).isEqualTo(ended.weights().manifest());
    assertThat(resumed.endedBy()).isEqualTo(EndedBy.CALLBACK);
    assertThat(resumed.reason()).isEqualTo(ended.reason()).contains("for 3 consecutive values");
    Supplier<TrainingLoopBuilder> fixed =
        () ->
            Trainings.on(manager, folder)
                .runId("fixed")
                .callback(new CheckpointCallback(CheckpointCallback.Config.defaults()))
                .callback(
                    new FixedEarlyStopper(
                        new FixedEarlyStopper.Config(TrainingLength.updates(12))));
    TrainingResult first = fixed.get().length(six).build().run();
    TrainingResult second = fixed.get().resume("fixed", "latest").length(six).build().run();
    assertThat(second.end()).isEqualTo(first.end()).hasToString("E1_U12_S192");
    assertThat(second.reason()).isEqualTo("configured to stop after 12 updates");
  }

  @Test
  void stoppingBeforeTrainingTrainsNothing() {
    TrainingResult result =
        Trainings.on(manager, folder)
            .callback(new FixedEarlyStopper(new FixedEarlyStopper.Config(TrainingLength.epochs(0))))
            .length(LENGTH)
            .build()
            .run();
    assertThat(result.end()).hasToString("E0_U0_S0");
    assertThat(result.endedBy()).isEqualTo(EndedBy.CALLBACK);
  }

  private TrainingLoopBuilder stopping(String runId, double... accuracies) {
    return Trainings.on(manager, folder)
        .runId(runId)
        .callback(new CheckpointCallback(CheckpointCallback.Config.defaults()))
        .callback(new MetricEarlyStopper(MetricEarlyStopper.Config.of("accuracy/test", 3)))
        .callback(new Scripted(accuracies));
  }

  @Test
  void evaluatingAnOldCheckpointLeavesTheRunAsItIs() {
    TrainingLoop run =
        Trainings.on(manager, folder)
            .callback(
                new CheckpointCallback(
                    CheckpointCallback.Config.defaults().keep(CheckpointCallback.Keep.ALL)))
            .callback(Trainings.accuracy())
            .length(LENGTH)
            .build();
    TrainingResult trained = run.run();
    List<String> before = metrics(run);
    CheckpointCallback newestOnly = new CheckpointCallback(CheckpointCallback.Config.defaults());
    Trainings.on(manager, folder)
        .callback(newestOnly)
        .callback(Trainings.accuracy())
        .resume("run", "E1_U10_S160")
        .length(LENGTH)
        .build()
        .evaluate();
    assertThat(metrics(run)).startsWith(before.toArray(String[]::new)).hasSize(before.size() + 1);
    assertThat(metrics(run).get(before.size())).isEqualTo(before.get(0));
    assertThat(run.folder().resolve("metrics.superseded-1.jsonl")).doesNotExist();
    assertThat(checkpoints(run).latest()).contains("E3_U30_S480");
    assertThat(checkpoints(run).tags())
        .containsExactly("E1_U10_S160", "E2_U20_S320", "E3_U30_S480");
    assertThat(RunSummary.of(MetricProperties.defaults(), Trainings.records(run)).last())
        .as("the last values are those of the end of training")
        .isEqualTo(trained.summary().last());
  }

  @Test
  void aRunThatGoesBackToAnOlderCheckpointHasItAsItsLatestAtOnce() {
    CheckpointCallback.Config all =
        CheckpointCallback.Config.defaults().keep(CheckpointCallback.Keep.ALL);
    TrainingLoop first =
        Trainings.on(manager, folder)
            .callback(new CheckpointCallback(all))
            .callback(Trainings.accuracy())
            .length(LENGTH)
            .build();
    first.run();
    TrainingLoop back =
        Trainings.on(manager, folder)
            .callback(new CheckpointCallback(all))
            .callback(Trainings.accuracy())
            .callback(new Crash(TrainingIteration.parse("E1_U12_S192")))
            .resume("run", "E1_U10_S160")
            .length(LENGTH)
            .build();
    assertThatThrownBy(back::run).hasMessage("the machine is gone");
    assertThat(checkpoints(back).latest())
        .as("a crash before the next checkpoint doesn't bring the old timeline back")
        .contains("E1_U10_S160");
    assertThat(metrics(back)).hasSize(1);
  }

  @Test
  void withTheDefaultCallbacksOnlyTimesDiffer() {
    TrainingLoop whole = withDefaults("whole").length(LENGTH).build();
    whole.run();
    withDefaults("parts").length(TrainingLength.updates(14)).build().run();
    SavedState before = times(whole, "parts", "E1_U14_S224");
    assertThat(before.getLong("updates")).as("since the epoch's end").isEqualTo(4);
    TrainingLoop parts = withDefaults("parts").resume("parts", "latest").length(LENGTH).build();
    parts.run();
    assertThat(metrics(parts).get(0)).contains("ds_stats/train/len=160.0", "param_count/model");
    List<MetricsRecord> expected = Trainings.records(whole);
    List<MetricsRecord> actual = Trainings.records(parts);
    assertThat(actual).hasSameSizeAs(expected).hasSize(4);
    for (int i = 0; i < actual.size(); i++) {
      assertThat(actual.get(i).iteration()).isEqualTo(expected.get(i).iteration());
      assertThat(actual.get(i).metrics().keySet()).isEqualTo(expected.get(i).metrics().keySet());
      assertThat(withoutTimes(actual.get(i))).isEqualTo(withoutTimes(expected.get(i)));
    }
    TrainingLoop three =
        withDefaults("parts")
            .resume("parts", "E1_U14_S224")
            .length(TrainingLength.updates(17))
            .build();
    three.run();
    assertThat(times(three, "parts", "E1_U17_S272").getLong("updates"))
        .as("those before the stop count too")
        .isEqualTo(7);
  }

  private static Map<String, Double> withoutTimes(MetricsRecord record) {
    Map<String, Double> metrics = new TreeMap<>(record.metrics());
    metrics.keySet().removeIf(key -> key.startsWith("train_time/"));
    return metrics;
  }

  private SavedState times(TrainingLoop any, String runId, String tag) {
    Path files = any.folder().resolveSibling(runId).resolve("checkpoints");
    return Checkpoints.in(LocalRunFiles.in(files))
        .load(tag)
        .states()
        .getOrDefault("train_time.E1", SavedState.empty());
  }

  private TrainingLoopBuilder withDefaults(String runId) {
    return TrainingLoop.builder()
        .model(Trainings::noisyNet, TestNets.FEATURES)
        .data(
            DataContainer.builder()
                .train(Trainings.rows(manager, 160))
                .evaluation("test", GeneratedRows.inMemory(40))
                .build())
        .effectiveBatchSize(16)
        .callback(
            new CheckpointCallback(
                CheckpointCallback.Config.defaults().keep(CheckpointCallback.Keep.ALL)))
        .progress(ProgressDisplay.silent())
        .output(folder)
        .runId(runId);
  }

  @Test
  void whatCantBeResumedIsRefusedBeforeAnythingRuns() {
    assertThatThrownBy(
            () ->
                loop("gone", () -> Optimizer.adam().build())
                    .resume("gone", "latest")
                    .length(LENGTH)
                    .build())
        .isInstanceOf(TrainingConfigurationException.class)
        .hasMessageContaining("run 'gone' has no checkpoint to resume from in");
    TrainingLoop run = loop("run", () -> Optimizer.adam().build()).length(LENGTH).build();
    run.run();
    assertThatThrownBy(
            () ->
                loop("run", () -> Optimizer.adam().build())
                    .resume("run", "E9")
                    .length(LENGTH)
                    .build())
        .hasMessageContaining("run 'run' has no checkpoint 'E9'; it has: E0_U7_S112, E1_U10_S160,");
    assertThatThrownBy(() -> loop("run", () -> Optimizer.adam().build()).length(LENGTH).build())
        .hasMessageContaining("run 'run' already exists in");
    assertThatThrownBy(
            () ->
                loop("run", () -> Optimizer.adam().build())
                    .resume("run", "latest")
                    .seed(7)
                    .length(LENGTH)
                    .build())
        .isInstanceOf(TrainingConfigurationException.class)
        .hasMessageContaining(
            "run 'run' was started with seed 0, and can't be resumed with seed 7; set seed: 0; in"
                + " Java, seed(0)");
    TrainingLoop otherBatch =
        loop("run", () -> Optimizer.adam().build())
            .resume("run", "latest")
            .effectiveBatchSize(32)
            .length(LENGTH)
            .build();
    assertThatThrownBy(otherBatch::run)
        .hasMessageContaining("after 30 updates, never at E3_U30_S480");
    TrainingLoop otherOptimizer =
        loop("run", () -> Optimizer.sgd().setLearningRateTracker(Tracker.fixed(1)).build())
            .resume("run", "latest")
            .length(LENGTH)
            .build();
    assertThatThrownBy(otherOptimizer::run)
        .hasMessageContaining("the saved optimizer has 'means/")
        .hasMessageContaining("which this Sgd doesn't have");
    TrainingLoop otherModel =
        loop("run", () -> Optimizer.adam().build())
            .model(TestNets::wide, TestNets.FEATURES)
            .resume("run", "latest")
            .length(LENGTH)
            .build();
    assertThatThrownBy(otherModel::run)
        .hasMessageContaining("only the model has 'weight' (float32 (65536, 8));");
    checkpoints(run)
        .save(
            "weights",
            Checkpoint.ofWeights(
                TrainingIteration.START,
                "run",
                "",
                checkpoints(run).load("E3_U30_S480").weights()));
    assertThatThrownBy(
            () ->
                loop("run", () -> Optimizer.adam().build())
                    .resume("run", "weights")
                    .length(LENGTH)
                    .build())
        .isInstanceOf(TrainingConfigurationException.class)
        .hasMessageContaining(
            "checkpoint 'weights' of run 'run' has weights only; resume from a complete checkpoint:"
                + " E0_U7_S112, E1_U10_S160,");
  }

  @Test
  void aCheckpointThatAKilledProcessDidNotReleaseIsReleasedOnResuming() {
    Supplier<TrainingLoopBuilder> newestOnly =
        () ->
            Trainings.on(manager, folder)
                .callback(new CheckpointCallback(CheckpointCallback.Config.defaults()));
    TrainingLoop first = newestOnly.get().length(TrainingLength.epochs(2)).build();
    first.run();
    Checkpoint newest = checkpoints(first).load("E2_U20_S320");
    Checkpoint before =
        new Checkpoint(
            newest.content(),
            TrainingIteration.parse("E1_U10_S160"),
            newest.runId(),
            newest.architecture(),
            newest.weights(),
            newest.optimizer(),
            newest.states(),
            newest.loop());
    checkpoints(first).save("E1_U10_S160", before, Set.of("checkpoint.E1"));
    checkpoints(first).save("mine", before);
    newestOnly.get().resume("run", "latest").length(LENGTH).build().run();
    assertThat(checkpoints(first).tags()).containsExactly("E3_U30_S480", "mine");
  }

  @Test
  void latestIsAlwaysACheckpointToGoOnFrom() {
    CheckpointCallback.Config defaults = CheckpointCallback.Config.defaults();
    CheckpointCallback.Config weights = defaults.content(CheckpointCallback.Content.WEIGHTS);
    TrainingLoop first =
        Trainings.on(manager, folder)
            .callback(new CheckpointCallback(defaults))
            .callback(new CheckpointCallback(weights.every(Schedule.everyNUpdates(4))))
            .callback(new Crash(TrainingIteration.parse("E1_U13_S208")))
            .length(LENGTH)
            .build();
    assertThatThrownBy(first::run).hasMessage("the machine is gone");
    assertThat(checkpoints(first).latest()).contains("E1_U10_S160");
    assertThat(checkpoints(first).latestWeights()).contains("E1_U12_S192");
    TrainingResult resumed =
        Trainings.on(manager, folder)
            .callback(new CheckpointCallback(defaults))
            .callback(new CheckpointCallback(weights.every(Schedule.everyNUpdates(4))))
            .resume("run", "latest")
            .length(LENGTH)
            .build()
            .run();
    assertThat(resumed.end()).hasToString("E3_U30_S480");
  }

  @Test
  void twoStatefulCallbacksOfOneNameAreRefused() {
    assertThatThrownBy(
            () ->
                Trainings.on(manager, folder)
                    .callback(new OnlineLossCallback(OnlineLossCallback.Config.defaults()))
                    .callback(new OnlineLossCallback(OnlineLossCallback.Config.defaults()))
                    .length(LENGTH)
                    .build())
        .hasMessageContaining("two stateful callbacks are named 'online_loss.E1'");
  }

  @Test
  void missingAndUnknownStatesAreLeftAlone() {
    Counter one = new Counter("one");
    Trainings.on(manager, folder)
        .callback(new CheckpointCallback(CheckpointCallback.Config.defaults()))
        .callback(one)
        .length(TrainingLength.epochs(1))
        .build()
        .run();
    assertThat(one.updates).isEqualTo(10);
    Counter two = new Counter("two");
    List<String> warnings = LogLines.of(() -> resumeWith(two, 2));
    assertThat(two.updates).as("starts afresh").isEqualTo(10);
    assertThat(warnings)
        .anyMatch(
            line ->
                line.contains(
                    "checkpoint E1_U10_S160 has no state of callback 'two', which starts afresh"))
        .anyMatch(
            line ->
                line.contains(
                    "checkpoint E1_U10_S160 has the state of a callback 'one', which this training"
                        + " doesn't have"));
    Counter again = new Counter("two");
    assertThat(LogLines.of(() -> resumeWith(again, 3))).isEmpty();
    assertThat(again.updates).as("goes on").isEqualTo(20);
  }

  private void resumeWith(Callback callback, int epochs) {
    Trainings.on(manager, folder)
        .callback(new CheckpointCallback(CheckpointCallback.Config.defaults()))
        .callback(callback)
        .resume("run", "latest")
        .length(TrainingLength.epochs(epochs))
        .build()
        .run();
  }

  @Test
  void anAverageThatIsAddedOrLeftOutOnAResumeIsWarnedAbout() {
    Trainings.on(manager, folder)
        .callback(new CheckpointCallback(CheckpointCallback.Config.defaults()))
        .callback(new EmaCallback(new EmaCallback.Config(List.of(0.9, 0.99))))
        .length(TrainingLength.epochs(1))
        .build()
        .run();
    List<String> warnings =
        LogLines.of(
            () -> resumeWith(new EmaCallback(new EmaCallback.Config(List.of(0.99, 0.5))), 1));
    assertThat(warnings)
        .hasSize(2)
        .anyMatch(
            line ->
                line.contains("the checkpoint has no average with factor 0.5")
                    && line.contains("starts with the current weights"))
        .anyMatch(
            line ->
                line.contains(
                    "the checkpoint has an average with factor 0.9, which this training doesn't"
                        + " use"));
    Checkpoints kept =
        Checkpoints.in(LocalRunFiles.in(folder.resolve("run").resolve("checkpoints")));
    assertThat(kept.load("E1_U10_S160.ema=0.5").weights().manifest())
        .isEqualTo(kept.load("E1_U10_S160").weights().manifest());
    assertThat(kept.load("E1_U10_S160.ema=0.99").weights().manifest())
        .isNotEqualTo(kept.load("E1_U10_S160").weights().manifest());
  }

  /** Everything that has a state, on a model that draws random numbers. */
  private TrainingLoopBuilder loop(String runId, Supplier<Optimizer> optimizer) {
    return Trainings.on(manager, folder)
        .runId(runId)
        .model(Trainings::noisyNet, TestNets.FEATURES)
        .optimizer(optimizer.get())
        .microBatchSize(8)
        .callback(
            new CheckpointCallback(
                CheckpointCallback.Config.defaults()
                    .every(Schedule.everyNUpdates(7).and(Schedule.everyNEpochs(1)))
                    .keep(CheckpointCallback.Keep.ALL)))
        .callback(
            new BestMetricCallback(
                BestMetricCallback.Config.of("accuracy/test", "loss/test/softmax_cross_entropy")))
        .callback(
            new BestCheckpointCallback(
                BestCheckpointCallback.Config.of("accuracy/test").tolerances(1)))
        .callback(new EmaCallback(new EmaCallback.Config(List.of(0.9, 0.99))))
        .callback(Trainings.accuracy())
        .callback(new Trainings.Accuracy(every(Schedule.everyNUpdates(1)).weights("ema=0.9")))
        .callback(
            new OfflineLossCallback(
                OfflineLossCallback.Config.of(every(Schedule.everyNEpochs(1)))
                    .columns(BatchColumns.of("x", "class"))))
        .callback(new OnlineLossCallback(new OnlineLossCallback.Config(Schedule.everyNUpdates(4))))
        .callback(
            new TrackOutputsCallback(
                TrackOutputsCallback.Config.defaults().every(Schedule.everyNUpdates(4))))
        .callback(
            new LearningRateCallback(new LearningRateCallback.Config(Schedule.everyNUpdates(1))));
  }

  private static List<String> metrics(TrainingLoop training) {
    return Trainings.records(training).stream()
        .map(record -> record.iteration() + " " + record.metrics())
        .toList();
  }

  private static Checkpoints checkpoints(TrainingLoop training) {
    Path files = training.folder().resolve("checkpoints");
    assertThat(Files.isDirectory(files)).isTrue();
    return Checkpoints.in(LocalRunFiles.in(files));
  }

  /** Ends everything at one iteration, as a crash would. */
  private static final class Crash extends Callback {
    private static final long serialVersionUID = 1;
    private final TrainingIteration at;

    Crash(TrainingIteration at) {
      this.at = at;
    }

    @Override
    public void afterUpdate(UpdateCounter counter) {
      if (counter.current().equals(at)) {
        throw new IllegalStateException("the machine is gone");
      }
    }
  }

  /** Writes one accuracy after each epoch. */
  private static final class Scripted extends Callback {
    private static final long serialVersionUID = 1;
    private final double[] accuracies;

    Scripted(double[] accuracies) {
      this.accuracies = accuracies.clone();
    }

    @Override
    public void afterEpoch(UpdateCounter at) {
      writer().addScalar("accuracy/test", accuracies[at.current().epoch() - 1]);
    }
  }

  private static final class Counter extends Callback implements Stateful {
    private static final long serialVersionUID = 1;
    private long updates;

    Counter(String name) {
      super(name);
    }

    @Override
    public void afterUpdate(UpdateCounter at) {
      updates++;
    }

    @Override
    public SavedState saveState() {
      return SavedState.empty().with("updates", updates);
    }

    @Override
    public void restoreState(SavedState state) {
      updates = state.getLong("updates");
    }
  }
}
