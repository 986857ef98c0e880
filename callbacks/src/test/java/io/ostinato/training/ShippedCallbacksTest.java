package io.ostinato.training;

import static io.ostinato.callback.DataIteratorConfig.every;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import io.ostinato.LogLines;
import io.ostinato.averaging.EmaCallback;
import io.ostinato.callback.AccumulationStep;
import io.ostinato.callback.BatchColumns;
import io.ostinato.callback.Callback;
import io.ostinato.checkpoint.BestCheckpointCallback;
import io.ostinato.checkpoint.CheckpointCallback;
import io.ostinato.checkpoint.CheckpointCallback.Keep;
import io.ostinato.evaluation.DataContainer;
import io.ostinato.evaluation.GeneratedRows;
import io.ostinato.evaluation.InMemoryData;
import io.ostinato.evaluation.TestNets;
import io.ostinato.loss.OfflineLossCallback;
import io.ostinato.loss.OnlineLossCallback;
import io.ostinato.metric.Average;
import io.ostinato.metric.ClassOutputs;
import io.ostinato.metric.Metric;
import io.ostinato.metric.Metrics;
import io.ostinato.metric.OutputKind;
import io.ostinato.monitor.DatasetStatsCallback;
import io.ostinato.monitor.LearningRateCallback;
import io.ostinato.monitor.ParameterCountCallback;
import io.ostinato.monitor.PeakMemoryCallback;
import io.ostinato.monitor.ProgressBarCallback;
import io.ostinato.monitor.TrackOutputsCallback;
import io.ostinato.quality.BestMetricCallback;
import io.ostinato.quality.MetricCallback;
import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.TrainingLength;
import io.ostinato.schedule.UpdateCounter;
import io.ostinato.stopping.MetricEarlyStopper;
import io.ostinato.storage.Checkpoint;
import io.ostinato.storage.Checkpoints;
import io.ostinato.storage.LocalRunFiles;
import io.ostinato.storage.SavedState;
import io.ostinato.tracking.MetricProperties;
import io.ostinato.tracking.MetricsRecord;
import io.ostinato.weights.HostArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The callbacks that ship, in real trainings. */
class ShippedCallbacksTest {
  private final NDManager manager = Engine.getInstance().newBaseManager();
  @TempDir Path folder;

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void theNewestCheckpointStaysOrAllDo() {
    TrainingLoop latest =
        loop("latest")
            .callback(new CheckpointCallback(CheckpointCallback.Config.defaults()))
            .length(TrainingLength.updates(25))
            .build();
    latest.run();
    assertThat(checkpoints(latest).tags()).containsExactly("E2_U25_S400");
    assertThat(checkpoints(latest).latest()).contains("E2_U25_S400");
    TrainingLoop all =
        loop("all")
            .callback(
                new CheckpointCallback(
                    CheckpointCallback.Config.defaults()
                        .keep(Keep.ALL)
                        .content(CheckpointCallback.Content.WEIGHTS)))
            .length(TrainingLength.epochs(2))
            .build();
    TrainingResult result = all.run();
    assertThat(checkpoints(all).tags()).containsExactly("E1_U10_S160", "E2_U20_S320");
    assertThat(checkpoints(all).load("E1_U10_S160").isResumable()).isFalse();
    assertThat(checkpoints(all).latestWeights()).contains("E2_U20_S320");
    assertThat(checkpoints(all).latest()).as("nothing to go on from").isEmpty();
    assertThat(checkpoints(all).load("E2_U20_S320").weights().manifest())
        .isEqualTo(result.weights().manifest());
  }

  @Test
  void noCheckpointIsRemovedThatAnotherCallbackAskedFor() {
    CheckpointCallback.Config defaults = CheckpointCallback.Config.defaults();
    for (String tag : List.of("none", "E0_U7_S112", "E1_U14_S224")) {
      // The same training without a stop, and resumed from what the first part kept.
      String runId = "several." + tag;
      TrainingLength first = TrainingLength.updates(tag.equals("none") ? 30 : 14);
      TrainingLoop training = several(runId, defaults).length(first).build();
      training.run();
      if (!tag.equals("none")) {
        training =
            several(runId, defaults).resume(runId, tag).length(TrainingLength.updates(30)).build();
        training.run();
      }
      assertThat(checkpoints(training).tags())
          .as("resumed from %s: every 7 updates all, every 5 and each epoch the newest", tag)
          .contains("E0_U7_S112", "E1_U14_S224", "E2_U21_S336", "E2_U28_S448", "E3_U30_S480")
          .doesNotContain("E0_U5_S80", "E1_U10_S160", "E2_U20_S320", "E2_U25_S400");
    }
  }

  /** Three that ask for some of the same checkpoints. */
  private TrainingLoopBuilder several(String runId, CheckpointCallback.Config defaults) {
    return loop(runId)
        .callback(new CheckpointCallback(defaults.every(Schedule.everyNUpdates(7)).keep(Keep.ALL)))
        .callback(new CheckpointCallback(defaults.every(Schedule.everyNUpdates(5))))
        .callback(new CheckpointCallback(defaults.every(Schedule.everyNUpdates(7))))
        .callback(new CheckpointCallback(defaults));
  }

  @Test
  void theBestWeightsAreThoseThatWereMeasuredForEachTolerance() {
    double nan = Double.NaN;
    double[] series = {0.1, 0.5, 0.5, nan, 0.6, 0.2, 0.7};
    TrainingLoop training =
        loop("best")
            .callback(
                new BestCheckpointCallback(
                    BestCheckpointCallback.Config.of("accuracy/test").tolerances(1, 2, 3)))
            .callback(new CheckpointCallback(CheckpointCallback.Config.defaults().keep(Keep.ALL)))
            .callback(new Scripted("accuracy/test", series))
            .length(TrainingLength.epochs(series.length))
            .build();
    training.run();
    Checkpoints kept = checkpoints(training);
    Map<String, String> expected =
        Map.of(
            "best_model.accuracy.test", "E7_U70_S1120",
            // The second 0.5 is no better: who tolerates one such value stops there.
            "best_model.accuracy.test.tolerance=1", "E2_U20_S320",
            // So does who tolerates two, with the NaN.
            "best_model.accuracy.test.tolerance=2", "E2_U20_S320",
            // Three in a row never come.
            "best_model.accuracy.test.tolerance=3", "E7_U70_S1120");
    expected.forEach(
        (tag, iteration) -> {
          assertThat(kept.load(tag).iteration()).as(tag).hasToString(iteration);
          assertThat(kept.load(tag).weights().manifest())
              .isEqualTo(kept.load(iteration).weights().manifest());
        });
  }

  @Test
  void theBestWeightsOfAMetricOfAveragesAreTheAverages() {
    TrainingLoopBuilder builder =
        loop("averages")
            .callback(new EmaCallback(new EmaCallback.Config(List.of(0.9, 0.99))))
            .callback(new Trainings.Accuracy(every(Schedule.everyNEpochs(1)).weights("ema=0.99")))
            .callback(
                new BestCheckpointCallback(
                    BestCheckpointCallback.Config.of("accuracy/test.ema=0.99").tolerances(1)))
            .callback(
                new BestCheckpointCallback(
                    BestCheckpointCallback.Config.of("accuracy/mine").weights("ema=0.9")))
            .callback(new Scripted("accuracy/mine", 0.5))
            .length(TrainingLength.epochs(1));
    TrainingLoop training = builder.build();
    TrainingResult result = training.run();
    Checkpoints kept = checkpoints(training);
    Map.of(
            "best_model.accuracy.test.ema=0.99", "ema=0.99",
            "best_model.accuracy.test.ema=0.99.tolerance=1", "ema=0.99",
            "best_model.accuracy.mine", "ema=0.9")
        .forEach(
            (tag, weights) ->
                assertThat(kept.load(tag).weights().manifest())
                    .as(tag)
                    .isEqualTo(kept.load("E1_U10_S160." + weights).weights().manifest())
                    .isNotEqualTo(result.weights().manifest()));
    builder
        .runId("mismatch")
        .callback(
            new BestCheckpointCallback(
                BestCheckpointCallback.Config.of("loss/test.ema=0.9/l2").weights("ema=0.99")));
    assertThatThrownBy(builder::build)
        .isInstanceOf(TrainingConfigurationException.class)
        .hasMessageContaining(
            "callback 'best_checkpoint.loss/test.ema=0.9/l2' keeps the weights 'ema=0.99', but"
                + " its metric is measured at the weights 'ema=0.9'; remove 'weights'");
  }

  @Test
  void stagnationAndNaNCountAgainstPatience() {
    double[] series = {0.9, 0.5, 0.5, Double.NaN, 0.4, 0.4, 0.6, 0.1};
    TrainingLoop training =
        loop("stop")
            .callback(new MetricEarlyStopper(MetricEarlyStopper.Config.of("loss/test", 2)))
            .callback(new Scripted("loss/test", series))
            .length(TrainingLength.epochs(series.length))
            .build();
    TrainingResult result = training.run();
    assertThat(result.end()).hasToString("E4_U40_S640");
    assertThat(result.endedBy()).isEqualTo(EndedBy.CALLBACK);
    assertThat(result.reason())
        .isEqualTo("loss/test has not improved on 0.5 for 2 consecutive values");
    assertThat(result.summary().best().get("loss/test"))
        .hasToString("Value[value=0.5, iteration=E2_U20_S320]");
  }

  @Test
  void nanIsNeverTheBestEvenIfItComesFirst() {
    double[] series = {Double.NaN, Double.NaN, 0.3, Double.NaN};
    TrainingLoop training =
        loop("nan")
            .callback(
                new BestMetricCallback(
                    BestMetricCallback.Config.of("accuracy/test", "epoch", "accuracy/test")))
            .callback(new Scripted("accuracy/test", series))
            .callback(new Scripted("epoch", 1, 2, 3, 4))
            .length(TrainingLength.epochs(4))
            .build();
    training.run();
    assertThat(values(training, "epoch/at_best/accuracy/test")).containsExactly(3.0, 3.0);
    assertThat(values(training, "accuracy/test/at_best/accuracy/test")).containsExactly(0.3, 0.3);
  }

  @Test
  void optionalTargetsAreKeptWhereTheyAreWritten() {
    TrainingLoop training =
        loop("optional")
            .callback(
                new BestMetricCallback(
                    BestMetricCallback.Config.of("accuracy/test")
                        .optional("extra", "misspelt", "accuracy/test")))
            .callback(new Scripted("accuracy/test", 0.1, 0.2, 0.1, 0.4))
            .callback(new Sometimes("extra", 2))
            .length(TrainingLength.epochs(4))
            .build();
    training.run();
    assertThat(values(training, "accuracy/test/at_best/accuracy/test"))
        .containsExactly(0.1, 0.2, 0.2, 0.4);
    assertThat(values(training, "extra/at_best/accuracy/test"))
        .as("written in epoch 2 alone, when it was best until epoch 4")
        .containsExactly(2.0, 2.0);
    assertThat(values(training, "misspelt/at_best/accuracy/test")).isEmpty();
  }

  @Test
  void aKeyThatTwoCallbacksWriteIsToldBeforeTraining() {
    TrainingLoopBuilder twice =
        loop("twice")
            .callback(
                new MetricCallback(
                    MetricCallback.Config.of(
                        every(Schedule.everyNEpochs(1)), Metrics.accuracy(), Metrics.topK(2))))
            .callback(
                new MetricCallback(
                    MetricCallback.Config.of(
                        every(Schedule.everyNUpdates(3)).batchSize(7), Metrics.accuracy())))
            .length(TrainingLength.epochs(3));
    assertThatThrownBy(twice::build)
        .isInstanceOf(TrainingConfigurationException.class)
        .hasMessageContaining(
            "callbacks 'metrics.test' and 'metrics.test' both write the metric 'accuracy/test'"
                + " at E3_U30_S480; remove it from one of them, give one another dataset name or"
                + " other weights, or register one callback with both schedules");
    // 10 updates an epoch: never together within two epochs.
    TrainingLoop apart = twice.length(TrainingLength.epochs(2)).build();
    apart.run();
    List<MetricsRecord> records = Trainings.records(apart);
    assertThat(records)
        .filteredOn(record -> record.metrics().containsKey("accuracy/test"))
        .extracting(record -> record.iteration().update())
        .containsExactly(3L, 6L, 9L, 10L, 12L, 15L, 18L, 20L);
    apart.evaluate();
    assertThat(Trainings.records(apart).get(8).metrics())
        .as("all callbacks at one moment, whose metric is one number")
        .isEqualTo(records.get(7).metrics());
  }

  @Test
  void decidingByAnUnknownMetricIsRefusedWithTheWayToDeclareIt() {
    TrainingLoopBuilder unknown =
        loop("unknown")
            .callback(new MetricEarlyStopper(MetricEarlyStopper.Config.of("zeta/test", 0)))
            .callback(
                new BestCheckpointCallback(
                    BestCheckpointCallback.Config.of("optim/lr/all").tolerances(0)))
            .callback(new BestMetricCallback(BestMetricCallback.Config.of("zeta/test")))
            .callback(new EmaCallback(new EmaCallback.Config(List.of(1.0, 0.0, Double.NaN))))
            .callback(new MetricCallback(MetricCallback.Config.of(every(Schedule.everyNEpochs(1)))))
            .callback(
                new MetricCallback(
                    MetricCallback.Config.of(
                        every(Schedule.everyNEpochs(1)).dataset("dev"),
                        Metrics.mse(),
                        Metrics.mse())))
            .length(TrainingLength.epochs(1));
    assertThatThrownBy(unknown::build)
        .isInstanceOf(TrainingConfigurationException.class)
        .hasMessageContaining(
            "callback 'early_stopper.zeta/test.0' decides by the metric 'zeta/test', of which it"
                + " isn't known whether it is better when higher or when lower; declare it, as in"
                + " metric_directions: {higher_is_better: 'zeta/test'} or lower_is_better; in Java,"
                + " metricProperties(MetricProperties.defaults().higherIsBetter(\"zeta/test\"))")
        .hasMessageContaining("'early_stopper.zeta/test.0': tolerance 0 must be at least 1")
        .hasMessageContaining("decides by the metric 'optim/lr/all', which is neutral")
        .hasMessageContaining("'best_checkpoint.optim/lr/all': tolerance 0 must be at least 1")
        .hasMessageContaining("callback 'best_metric.zeta/test' needs at least one target")
        .hasMessageContaining("callback 'ema': factor 1.0 must be above 0 and below 1")
        .hasMessageContaining("callback 'ema': factor 0.0 must be")
        .hasMessageContaining("callback 'ema': factor NaN must be")
        .hasMessageContaining("callback 'metrics.test' needs at least one metric")
        .hasMessageContaining("callback 'metrics.dev' has two metrics 'mse'")
        .hasMessageContaining("callback 'metrics.dev' asks for dataset 'dev'; registered: test");
    TrainingLoop declared =
        loop("declared")
            .metricProperties(MetricProperties.defaults().lowerIsBetter("zeta/*"))
            .callback(new MetricEarlyStopper(MetricEarlyStopper.Config.of("zeta/test", 1)))
            .callback(new Scripted("zeta/test", 1, 2, 3))
            .length(TrainingLength.epochs(3))
            .build();
    assertThat(declared.run().end()).hasToString("E2_U20_S320");
  }

  @Test
  void averagesFollowTheirFormulaAndCanBeEvaluated() {
    Snapshots snapshots = new Snapshots();
    TrainingLoop training =
        loop("ema")
            .callback(new EmaCallback(new EmaCallback.Config(List.of(0.9, 0.5))))
            .callback(snapshots)
            .callback(new Trainings.Accuracy(every(Schedule.everyNUpdates(5)).weights("ema=0.9")))
            .callback(Trainings.accuracy())
            .length(TrainingLength.updates(10))
            .build();
    training.run();
    for (double factor : new double[] {0.9, 0.5}) {
      float[] average = snapshots.weights.get(0).clone();
      for (float[] weights : snapshots.weights.subList(1, snapshots.weights.size())) {
        for (int i = 0; i < average.length; i++) {
          average[i] = (float) (factor * average[i] + (1 - factor) * weights[i]);
        }
      }
      HostArray kept =
          checkpoints(training).load("E1_U10_S160.ema=" + factor).weights().arrays().get(0);
      float[] expected = average;
      float[] actual = floats(kept);
      assertThat(actual).hasSameSizeAs(expected);
      for (int i = 0; i < actual.length; i++) {
        assertThat(actual[i]).isCloseTo(expected[i], within(1e-6f));
      }
      assertThat(actual).isNotEqualTo(snapshots.weights.get(10));
    }
    assertThat(values(training, "accuracy/test.ema=0.9")).hasSize(2);
  }

  @Test
  void weightsThatNobodyOffersAreFoundBeforeTraining() {
    TrainingLoopBuilder training =
        loop("none")
            .callback(new Trainings.Accuracy(every(Schedule.everyNUpdates(5)).weights("ema=0.7")))
            .callback(
                new BestCheckpointCallback(
                    BestCheckpointCallback.Config.of("accuracy/test").weights("swa")))
            .length(TrainingLength.updates(5));
    assertThatThrownBy(training::build)
        .isInstanceOf(TrainingConfigurationException.class)
        .hasMessageContaining("callback 'accuracy' asks for the weights 'ema=0.7'; offered: none");
    training.callback(new EmaCallback(new EmaCallback.Config(List.of(0.99, 0.9))));
    assertThatThrownBy(training::build)
        .hasMessageContaining(
            "callback 'accuracy' asks for the weights 'ema=0.7'; offered: ema=0.9, ema=0.99")
        .hasMessageContaining(
            "callback 'best_checkpoint.accuracy/test' asks for the weights 'swa'; offered:");
  }

  @Test
  void theOnlineLossIsTheMeanOverSamples() {
    // Micro-batches of 16 and, at the end of each epoch, one of 10: 90 rows in updates of 16.
    LossLog log = new LossLog();
    TrainingLoop training =
        Trainings.on(manager, folder)
            .data(
                io.ostinato.evaluation.DataContainer.builder()
                    .train(Trainings.rows(manager, 90))
                    .build())
            .lastBatch(LastBatch.KEEP)
            .callback(new OnlineLossCallback(OnlineLossCallback.Config.defaults()))
            .callback(
                new OnlineLossCallback(new OnlineLossCallback.Config(Schedule.everyNUpdates(4))))
            .callback(log)
            .length(TrainingLength.epochs(2))
            .build();
    training.run();
    assertThat(log.samples).containsExactly(16, 16, 16, 16, 16, 10, 16, 16, 16, 16, 16, 10);
    assertThat(values(training, "loss/online/softmax_cross_entropy/E1"))
        .containsExactly(log.mean(0, 6), log.mean(6, 12));
    assertThat(values(training, "loss/online/softmax_cross_entropy/U4"))
        .containsExactly(log.mean(0, 4), log.mean(4, 8), log.mean(8, 12));
    assertThat(log.mean(0, 6)).isNotEqualTo(log.unweighted(0, 6));
  }

  @Test
  void theOfflineLossIsTheMeanOverSamplesAndHasItsDifference() {
    TrainingLoop training =
        loop("offline")
            .callback(
                new OfflineLossCallback(
                    OfflineLossCallback.Config.of(every(Schedule.everyNEpochs(1)).batchSize(15))))
            .callback(
                new MetricCallback(
                    MetricCallback.Config.of(
                        every(Schedule.everyNEpochs(1)), Metrics.logLoss(OutputKind.LOGITS))))
            .callback(new OnlineLossCallback(OnlineLossCallback.Config.defaults()))
            .length(TrainingLength.epochs(2))
            .build();
    training.run();
    for (MetricsRecord record : Trainings.records(training)) {
      Map<String, Double> m = record.metrics();
      double offline = m.getOrDefault("loss/test/softmax_cross_entropy", Double.NaN);
      // 40 rows in batches of 15, 15 and 10: a mean of means would differ.
      assertThat(offline).isCloseTo(m.getOrDefault("log_loss/test", Double.NaN), within(1e-6));
      assertThat(m.getOrDefault("lossdiff/test/softmax_cross_entropy", Double.NaN))
          .isCloseTo(
              offline - m.getOrDefault("loss/online/softmax_cross_entropy/E1", Double.NaN),
              within(1e-12));
    }
    assertThat(Trainings.records(training)).hasSize(2);
  }

  @Test
  void metricsOfAnyDatasetAreWrittenUnderTheirNames() {
    TrainingLoop training =
        loop("metrics")
            .callback(
                new MetricCallback(
                    MetricCallback.Config.of(
                            every(Schedule.everyNEpochs(1)),
                            Metrics.accuracy(),
                            Metrics.topK(2),
                            Metrics.f1(3, Average.MACRO))
                        .columns(BatchColumns.of("x", "class"))))
            .length(TrainingLength.epochs(1))
            .build();
    training.run();
    Map<String, Double> metrics = Trainings.records(training).get(0).metrics();
    assertThat(metrics).containsOnlyKeys("accuracy/test", "top_2_accuracy/test", "f1_macro/test");
    assertThat(metrics.get("top_2_accuracy/test"))
        .isGreaterThanOrEqualTo(metrics.get("accuracy/test"));
    assertThatThrownBy(
            () ->
                loop("columns")
                    .callback(
                        new MetricCallback(
                            MetricCallback.Config.of(
                                    every(Schedule.everyNEpochs(1)), Metrics.accuracy())
                                .columns(BatchColumns.of("pixels", "class"))))
                    .length(TrainingLength.epochs(1))
                    .build()
                    .run())
        .hasMessageContaining("the batch has no array 'pixels'; it has: x, class");
  }

  @Test
  void metricsReadColumnsOfTheDataset() {
    Metric<?> ofClass0 = Metrics.ofClasses(ClassOutputs.defaults()).recallOfClass(0, 3);
    Metric<?> masked =
        Metrics.ofClasses(ClassOutputs.defaults().mask("counts")).accuracy().named("masked");
    Metric<?> unknown = Metrics.ofClasses(ClassOutputs.defaults().mask("gone")).accuracy();
    TrainingLoop training = masked("masked", ofClass0, masked);
    training.run();
    Map<String, Double> metrics = Trainings.records(training).get(0).metrics();
    assertThat(metrics).containsOnlyKeys("recall_class_0/test", "masked/test");
    assertThat(metrics.get("masked/test"))
        .as("the accuracy of the rows of class 0")
        .isEqualTo(metrics.get("recall_class_0/test"));
    assertThatThrownBy(() -> masked("unknown", unknown))
        .isInstanceOf(TrainingConfigurationException.class)
        .hasMessageContaining(
            "callback 'metrics.test': the metric 'accuracy' reads the column 'gone' of dataset"
                + " 'test'; it has: x, counts, class");
  }

  private TrainingLoop masked(String runId, Metric<?>... metrics) {
    NDArray x = manager.randomUniform(-1, 1, new Shape(40, GeneratedRows.FEATURES));
    NDArray classes = manager.create(LongStream.range(0, 40).map(GeneratedRows::label).toArray());
    NDArray counts = classes.eq(0);
    x.setName("x");
    classes.setName("class");
    counts.setName("counts");
    return Trainings.on(manager, folder)
        .runId(runId)
        .data(
            DataContainer.builder()
                .train(Trainings.rows(manager, 40))
                .evaluation("test", InMemoryData.of(x, counts, classes))
                .build())
        .callback(
            new MetricCallback(
                MetricCallback.Config.of(every(Schedule.everyNEpochs(1)), metrics)
                    .columns(BatchColumns.of("x", "class"))))
        .length(TrainingLength.epochs(1))
        .build();
  }

  @Test
  void learningRatesAreThoseOfTheNextUpdate() {
    Tracker halving = Tracker.factor().setBaseValue(0.5f).setFactor(0.5f).build();
    TrainingLoop training =
        loop("rate")
            .optimizer(Optimizer.sgd().setLearningRateTracker(halving).build())
            .callback(
                new LearningRateCallback(
                    new LearningRateCallback.Config(Schedule.everyNUpdates(1))))
            .length(TrainingLength.updates(3))
            .build();
    training.run();
    assertThat(values(training, "optim/lr/all")).containsExactly(0.125, 0.0625, 0.03125);
  }

  @Test
  void outputsAreTrackedByNameOrPosition() {
    OutputLog log = new OutputLog();
    TrackOutputsCallback.Config defaults = TrackOutputsCallback.Config.defaults();
    TrainingLoop training =
        loop("outputs")
            .microBatchSize(8)
            .callback(new TrackOutputsCallback(defaults))
            .callback(
                new TrackOutputsCallback(
                    defaults
                        .every(Schedule.everyNUpdates(5))
                        .outputs("0")
                        .reduction(TrackOutputsCallback.Reduction.LAST)))
            .callback(new TrackOutputsCallback(defaults.outputs("hidden*")))
            .callback(log)
            .length(TrainingLength.epochs(2))
            .build();
    training.run();
    // An epoch is 10 updates of 2 micro-batches.
    assertThat(log.means).hasSize(40);
    assertThat(values(training, "outputs/0/mean/E1"))
        .containsExactly(log.mean(0, 20), log.mean(20, 40));
    assertThat(values(training, "outputs/0/last/U5"))
        .containsExactly(log.means.get(9), log.means.get(19), log.means.get(29), log.means.get(39));
    assertThat(Trainings.records(training).get(1).metrics()).hasSize(2);
  }

  @Test
  void outputsWithNamesAreFoundByPatterns() {
    TrackOutputsCallback.Config defaults = TrackOutputsCallback.Config.defaults();
    TrainingLoop training =
        loop("named")
            .model(Trainings::namedOutputs, TestNets.FEATURES)
            .loss(Trainings::lossOfFirst)
            .callback(new TrackOutputsCallback(defaults.outputs("g*e", "1", "log")))
            .callback(
                new TrackOutputsCallback(
                    defaults.outputs("*i*").reduction(TrackOutputsCallback.Reduction.LAST)))
            .length(TrainingLength.epochs(1))
            .build();
    List<String> warnings = LogLines.of(training::run);
    assertThat(warnings).hasSize(2);
    assertThat(warnings.get(0))
        .endsWith(
            "no output matches the pattern '1'; the outputs are logits, gate. A pattern must match"
                + " the whole name; * stands for any characters, as in '*1*'");
    assertThat(warnings.get(1)).contains("no output matches the pattern 'log'");
    assertThat(Trainings.records(training))
        .singleElement()
        .satisfies(
            record ->
                assertThat(record.metrics())
                    .containsOnlyKeys("outputs/gate/mean/E1", "outputs/logits/last/E1")
                    .containsEntry("outputs/gate/mean/E1", 0.5));
  }

  @Test
  void countsAndMemoryAreThoseOfTheModelAndTheProcess() {
    TrainingLoop training =
        loop("counts")
            .callback(new ParameterCountCallback(new ParameterCountCallback.Config("classifier")))
            .callback(new PeakMemoryCallback(PeakMemoryCallback.Config.defaults()))
            .length(TrainingLength.epochs(1))
            .build();
    training.run();
    // 8·16 + 16, batch norm's 16 + 16, 16·3 + 3; its running statistics are no parameters.
    Map<String, Double> counts = Trainings.records(training).get(0).metrics();
    assertThat(counts)
        .containsEntry("param_count/classifier", 227.0)
        .containsEntry("param_count/classifier/trainable", 227.0)
        .containsEntry("param_count/classifier/frozen", 0.0);
    Map<String, Double> memory = Trainings.records(training).get(1).metrics();
    assertThat(memory.get("peak_memory/heap")).isGreaterThan(1e6);
    if (Path.of("/proc/self/status").toFile().canRead()) {
      assertThat(memory.get("peak_memory/host")).isGreaterThan(memory.get("peak_memory/heap"));
    }
  }

  @Test
  void thePeakOfTheHeapIsOneOfThisTraining() {
    // What was in use before the training, and isn't any more, is no part of its peak.
    int before = new byte[600 << 20].length;
    System.gc();
    TrainingLoop first =
        loop("memory")
            .callback(new PeakMemoryCallback(PeakMemoryCallback.Config.defaults()))
            .callback(new CheckpointCallback(CheckpointCallback.Config.defaults()))
            .length(TrainingLength.epochs(1))
            .build();
    first.run();
    assertThat(values(first, "peak_memory/heap"))
        .singleElement()
        .satisfies(peak -> assertThat(peak).isPositive().isLessThan(before));
    Checkpoint kept = checkpoints(first).load("E1_U10_S160");
    SavedState highest =
        SavedState.empty().with("heap", 1L << 50).with("host", 1L << 51).with("device", 1L << 52);
    checkpoints(first)
        .save(
            "E1_U10_S160",
            Checkpoint.ofTraining(
                kept.iteration(),
                kept.runId(),
                kept.architecture(),
                kept.weights(),
                kept.optimizer(),
                Map.of("peak_memory", highest)));
    TrainingLoop second =
        loop("memory")
            .callback(new PeakMemoryCallback(PeakMemoryCallback.Config.defaults()))
            .resume("memory", "latest")
            .length(TrainingLength.epochs(2))
            .build();
    second.run();
    assertThat(Trainings.records(second).get(1).metrics())
        .as("peaks of before the resume count")
        .containsEntry("peak_memory/heap", 0x1p50)
        .containsEntry("peak_memory/device", 0x1p52);
  }

  @Test
  void whatCallbacksThatWriteOnceAreToldIsChecked() {
    TrainingLoopBuilder wrong =
        loop("wrong")
            .callback(new ParameterCountCallback(new ParameterCountCallback.Config(" ")))
            .callback(new ProgressBarCallback(new ProgressBarCallback.Config("")))
            .callback(
                new DatasetStatsCallback(
                    DatasetStatsCallback.Config.defaults().datasets("train", "tets", "dev")))
            .length(TrainingLength.epochs(1));
    assertThatThrownBy(wrong::build)
        .isInstanceOf(TrainingConfigurationException.class)
        .hasMessageContaining(
            "callback 'parameter_count' needs a name of the model that is not blank")
        .hasMessageContaining("callback 'eta' needs a label that is not blank")
        .hasMessageContaining(
            "callback 'dataset_stats' asks for dataset 'tets'; registered: train, test")
        .hasMessageContaining("asks for dataset 'dev'");
    TrainingLoop one =
        loop("one")
            .callback(
                new DatasetStatsCallback(DatasetStatsCallback.Config.defaults().datasets("test")))
            .length(TrainingLength.updates(1))
            .build();
    one.run();
    assertThat(Trainings.records(one))
        .singleElement()
        .satisfies(
            record ->
                assertThat(record.metrics()).containsOnly(Map.entry("ds_stats/test/len", 40.0)));
  }

  @Test
  void theDefaultSetRunsWithoutBeingAskedForAndCanBeSwitchedOff() {
    TrainingLoop training =
        TrainingLoop.builder()
            .model(TestNets::classifier, TestNets.FEATURES)
            .data(
                io.ostinato.evaluation.DataContainer.builder()
                    .train(Trainings.rows(manager, 160))
                    .evaluation("test", io.ostinato.evaluation.GeneratedRows.inMemory(40))
                    .build())
            .effectiveBatchSize(16)
            .output(folder)
            .length(TrainingLength.epochs(1))
            .build();
    training.run();
    assertThat(Trainings.records(training).get(0).metrics())
        .containsEntry("ds_stats/train/len", 160.0)
        .containsEntry("ds_stats/test/len", 40.0)
        .containsEntry("param_count/model", 227.0);
    Map<String, Double> end = Trainings.records(training).get(1).metrics();
    assertThat(end)
        .containsKeys(
            "loss/online/softmax_cross_entropy/E1",
            "optim/lr/all",
            "train_time/data/mean/E1",
            "train_time/forward/max/E1",
            "train_time/backward/mean/E1",
            "train_time/step/mean/E1",
            "train_time/callbacks/max/E1");
    for (String phase : List.of("data", "forward", "backward", "step")) {
      assertThat(end.get("train_time/%s/mean/E1".formatted(phase)))
          .isPositive()
          .isLessThanOrEqualTo(end.get("train_time/%s/max/E1".formatted(phase)));
    }
    TrainingLoop bare = loop("bare").length(TrainingLength.epochs(1)).build();
    bare.run();
    assertThat(Trainings.records(bare)).isEmpty();
  }

  private TrainingLoopBuilder loop(String runId) {
    return Trainings.on(manager, folder).runId(runId);
  }

  private static Checkpoints checkpoints(TrainingLoop training) {
    return Checkpoints.in(LocalRunFiles.in(training.folder().resolve("checkpoints")));
  }

  private static List<Double> values(TrainingLoop training, String key) {
    return Trainings.records(training).stream()
        .map(MetricsRecord::metrics)
        .filter(metrics -> metrics.containsKey(key))
        .map(metrics -> metrics.getOrDefault(key, Double.NaN))
        .toList();
  }

  private static float[] floats(HostArray array) {
    float[] values = new float[(int) array.sizeBytes() / 4];
    ByteBuffer.wrap(array.bytes()).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return values;
  }

  /** Writes one value after each epoch. */
  private static final class Scripted extends Callback {
    private static final long serialVersionUID = 1;
    private final String key;
    private final double[] series;

    Scripted(String key, double... series) {
      super("scripted." + key);
      this.key = key;
      this.series = series.clone();
    }

    @Override
    public void afterEpoch(UpdateCounter at) {
      writer().addScalar(key, series[at.current().epoch() - 1]);
    }
  }

  /** Writes the epoch, in one epoch. */
  private static final class Sometimes extends Callback {
    private static final long serialVersionUID = 1;
    private final String key;
    private final int epoch;

    Sometimes(String key, int epoch) {
      super("sometimes." + key);
      this.key = key;
      this.epoch = epoch;
    }

    @Override
    public void afterEpoch(UpdateCounter at) {
      if (at.current().epoch() == epoch) {
        writer().addScalar(key, epoch);
      }
    }
  }

  /** Keeps the first array of the weights before training and after each update. */
  private static final class Snapshots extends Callback {
    private static final long serialVersionUID = 1;
    private final ArrayList<float[]> weights = new ArrayList<>();

    @Override
    public void beforeTraining(UpdateCounter at) {
      weights.add(floats(context().weights().arrays().get(0)));
    }

    @Override
    public void afterUpdate(UpdateCounter at) {
      weights.add(floats(context().weights().arrays().get(0)));
    }
  }

  /** The mean of the first output of each micro-batch, all of one size. */
  private static final class OutputLog extends Callback {
    private static final long serialVersionUID = 1;
    private final ArrayList<Double> sums = new ArrayList<>();
    private final ArrayList<Double> means = new ArrayList<>();
    private long numbers;

    @Override
    public void trackAfterAccumulationStep(AccumulationStep step) {
      double sum = 0;
      float[] values = step.outputs().get(0).toFloatArray();
      for (float value : values) {
        sum += value;
      }
      numbers = values.length;
      sums.add(sum);
      means.add(sum / numbers);
    }

    double mean(int from, int to) {
      double sum = 0;
      for (double one : sums.subList(from, to)) {
        sum += one;
      }
      return sum / (numbers * (to - from));
    }
  }

  private static final class LossLog extends Callback {
    private static final long serialVersionUID = 1;
    private final ArrayList<Double> losses = new ArrayList<>();
    private final ArrayList<Integer> samples = new ArrayList<>();

    @Override
    public void trackAfterAccumulationStep(AccumulationStep step) {
      losses.add((double) step.loss().getFloat());
      samples.add(step.samples());
    }

    double mean(int from, int to) {
      double sum = 0;
      int count = 0;
      for (int i = from; i < to; i++) {
        sum += losses.get(i) * samples.get(i);
        count += samples.get(i);
      }
      return sum / count;
    }

    double unweighted(int from, int to) {
      return Arrays.stream(losses.subList(from, to).toArray(Double[]::new))
          .mapToDouble(Double::doubleValue)
          .average()
          .orElse(Double.NaN);
    }
  }
}
