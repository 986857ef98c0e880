package io.ostinato.training;

import static io.ostinato.callback.DataIteratorConfig.every;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.training.loss.Loss;
import io.ostinato.averaging.EmaCallback;
import io.ostinato.callback.BatchColumns;
import io.ostinato.callback.Callback;
import io.ostinato.callback.DataIteratorConfig;
import io.ostinato.callback.TrainingPlan;
import io.ostinato.checkpoint.BestCheckpointCallback;
import io.ostinato.evaluation.DataContainer;
import io.ostinato.evaluation.GeneratedRows;
import io.ostinato.evaluation.PlannedData;
import io.ostinato.evaluation.TestNets;
import io.ostinato.loss.OfflineLossCallback;
import io.ostinato.loss.OnlineLossCallback;
import io.ostinato.metric.Average;
import io.ostinato.metric.Metrics;
import io.ostinato.metric.OutputKind;
import io.ostinato.model.OutputChoice;
import io.ostinato.monitor.DatasetStatsCallback;
import io.ostinato.monitor.GradientNormCallback;
import io.ostinato.monitor.LearningRateCallback;
import io.ostinato.monitor.ParameterCountCallback;
import io.ostinato.monitor.PeakMemoryCallback;
import io.ostinato.monitor.TrackOutputsCallback;
import io.ostinato.monitor.TrainTimeCallback;
import io.ostinato.monitor.WeightNormCallback;
import io.ostinato.quality.MetricCallback;
import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.TrainingLength;
import io.ostinato.storage.Checkpoints;
import io.ostinato.storage.LocalRunFiles;
import io.ostinato.tracking.MetricProperties;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Under which keys callbacks write, and what two of them can write side by side. */
class MetricKeysTest {
  private static final Optional<List<String>> COLUMNS = Optional.of(List.of("x", "class"));
  private static final PlannedData ONE_DATASET = new PlannedData(Map.of("test", COLUMNS));
  private static final PlannedData TWO_DATASETS =
      new PlannedData(Map.of("test", COLUMNS, "val", COLUMNS));

  /** Writes the same key whatever the weights are. */
  private static final class Rows extends Trainings.Accuracy {
    private static final long serialVersionUID = 1;

    Rows(DataIteratorConfig config) {
      super(config);
    }

    @Override
    public Set<String> writesMetrics() {
      return Set.of("rows/" + datasetKey());
    }
  }

  private final NDManager manager = Engine.getInstance().newBaseManager();
  @TempDir Path folder;

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void everyShippedCallbackTellsItsKeysBeforeTraining() {
    Schedule epoch = Schedule.everyNEpochs(1);
    Schedule third = Schedule.everyNUpdates(3);
    Map<String, Consumer<TrainingLoopBuilder>> pairs = new LinkedHashMap<>();
    pairs.put(
        "loss/test/softmax_cross_entropy",
        loop ->
            loop.callback(new OfflineLossCallback(OfflineLossCallback.Config.of(every(epoch))))
                .callback(new OfflineLossCallback(OfflineLossCallback.Config.of(every(third)))));
    pairs.put(
        "gradient/norm/all",
        loop ->
            loop.callback(new GradientNormCallback(GradientNormCallback.Config.defaults()))
                .callback(
                    new GradientNormCallback(GradientNormCallback.Config.defaults().every(third))));
    pairs.put(
        "weight/norm/all",
        loop ->
            loop.callback(new WeightNormCallback(WeightNormCallback.Config.defaults()))
                .callback(
                    new WeightNormCallback(WeightNormCallback.Config.defaults().every(third))));
    pairs.put(
        "optim/lr/all",
        loop ->
            loop.callback(new LearningRateCallback(new LearningRateCallback.Config(epoch)))
                .callback(new LearningRateCallback(new LearningRateCallback.Config(third))));
    pairs.put(
        "ds_stats/test/len",
        loop ->
            loop.callback(new DatasetStatsCallback(DatasetStatsCallback.Config.defaults()))
                .callback(
                    new DatasetStatsCallback(
                        DatasetStatsCallback.Config.defaults().datasets("test"))));
    pairs.put(
        "param_count/model",
        loop ->
            loop.callback(new ParameterCountCallback(ParameterCountCallback.Config.defaults()))
                .callback(new ParameterCountCallback(ParameterCountCallback.Config.defaults())));
    pairs.put(
        "outputs/gate/mean/E1",
        loop ->
            loop.callback(
                    new TrackOutputsCallback(
                        TrackOutputsCallback.Config.defaults().outputs("gate", "logits")))
                .callback(
                    new TrackOutputsCallback(
                        TrackOutputsCallback.Config.defaults().outputs("gate"))));
    pairs.forEach(
        (key, callbacks) ->
            assertThatThrownBy(
                    () -> {
                      TrainingLoopBuilder loop = loop(key.replace('/', '.'));
                      callbacks.accept(loop);
                      loop.length(TrainingLength.epochs(3)).build();
                    })
                .as(key)
                .isInstanceOf(TrainingConfigurationException.class)
                .hasMessageContaining("both write the metric '%s'".formatted(key)));
    TrainingLoopBuilder apart = loop("apart");
    pairs
        .keySet()
        .removeAll(Set.of("ds_stats/test/len", "param_count/model", "outputs/gate/mean/E1"));
    pairs.values().forEach(callbacks -> callbacks.accept(apart));
    TrainingLoop training = apart.length(TrainingLength.epochs(2)).build();
    training.run();
    assertThat(Trainings.records(training)).hasSize(8);
  }

  @Test
  void whatShippedCallbacksWriteIsWhatTheySay() {
    // The keys of a run with every callback once; parameters by patterns are known in training
    // only.
    List<Callback> callbacks =
        List.of(
            new OfflineLossCallback(
                OfflineLossCallback.Config.of(every(Schedule.everyNEpochs(1)).named("whole"))),
            new OnlineLossCallback(OnlineLossCallback.Config.defaults()),
            new GradientNormCallback(GradientNormCallback.Config.defaults()),
            new WeightNormCallback(WeightNormCallback.Config.defaults()),
            new LearningRateCallback(new LearningRateCallback.Config(Schedule.everyNEpochs(1))),
            new DatasetStatsCallback(DatasetStatsCallback.Config.defaults()),
            new ParameterCountCallback(ParameterCountCallback.Config.defaults()),
            new PeakMemoryCallback(PeakMemoryCallback.Config.defaults()),
            new TrainTimeCallback(TrainTimeCallback.Config.defaults()),
            new TrackOutputsCallback(TrackOutputsCallback.Config.defaults().outputs("0")),
            new MetricCallback(
                MetricCallback.Config.of(
                    every(Schedule.everyNEpochs(1)), Metrics.accuracy().ofOutput("0"))));
    TrainingLoopBuilder builder = loop("all").length(TrainingLength.epochs(1));
    callbacks.forEach(builder::callback);
    TrainingLoop training = builder.build();
    training.run();
    TrainingPlan plan =
        new TrainingPlan(
            ONE_DATASET, MetricProperties.defaults(), Set.of(), Loss::softmaxCrossEntropyLoss);
    Set<String> said =
        callbacks.stream()
            .flatMap(callback -> callback.writesMetrics(plan).stream())
            .collect(Collectors.toSet());
    Set<String> written =
        Trainings.records(training).stream()
            .flatMap(record -> record.metrics().keySet().stream())
            .collect(Collectors.toSet());
    assertThat(said).containsAll(written).contains("accuracy.0/test");
    assertThat(said.stream().filter(key -> !written.contains(key)))
        .as("written on a GPU, and beside evaluations")
        .isSubsetOf(
            "peak_memory/device",
            "train_time/evaluation_wait/mean/E1",
            "train_time/evaluation_wait/max/E1");
  }

  @Test
  void metricsOfSeveralOutputsAndPartsAreWrittenSideBySide() {
    TrainingLoop training =
        loop("outputs")
            .model(Trainings::namedOutputs, TestNets.FEATURES)
            .loss(Trainings::lossOfFirst)
            .callback(
                new MetricCallback(
                    MetricCallback.Config.of(
                        every(Schedule.everyNEpochs(1)),
                        Metrics.accuracy(),
                        Metrics.accuracy().ofOutput("gate"),
                        Metrics.accuracy().ofOutput("0"))))
            .callback(
                new MetricCallback(
                    MetricCallback.Config.of(
                        every(Schedule.everyNEpochs(1)).maxRows(5).named("first_5"),
                        Metrics.accuracy())))
            .callback(
                new OfflineLossCallback(
                    OfflineLossCallback.Config.of(every(Schedule.everyNEpochs(1)))
                        .output(OutputChoice.of("logits"))))
            .callback(
                new OfflineLossCallback(
                    OfflineLossCallback.Config.of(
                            every(Schedule.everyNEpochs(1)).named("test.gate"))
                        .output(OutputChoice.of("gate"))))
            .callback(
                new BestCheckpointCallback(BestCheckpointCallback.Config.of("accuracy.gate/test")))
            .length(TrainingLength.epochs(1))
            .build();
    training.run();
    Map<String, Double> metrics = Trainings.records(training).get(0).metrics();
    assertThat(metrics)
        .containsOnlyKeys(
            "accuracy/test",
            "accuracy.gate/test",
            "accuracy.0/test",
            "accuracy/first_5",
            "loss/test/first",
            "loss/test.gate/first",
            "lossdiff/test/first",
            "lossdiff/test.gate/first");
    assertThat(metrics.get("accuracy.0/test")).isEqualTo(metrics.get("accuracy/test"));
    long firsts = IntStream.range(0, 40).filter(row -> GeneratedRows.label(row) == 0).count();
    assertThat(metrics.get("accuracy.gate/test"))
        .as("a gate that is the same for all classes predicts the first")
        .isEqualTo(firsts / 40.0)
        .isNotEqualTo(metrics.get("accuracy/test"));
    assertThat(metrics.get("loss/test.gate/first"))
        .as("a third for each class")
        .isCloseTo(Math.log(3), within(1e-6));
    assertThat(checkpoints(training).load("best_model.accuracy.gate.test").iteration())
        .hasToString("E1_U10_S160");
  }

  @Test
  void aNameOfAnotherDatasetIsRefused() {
    assertThatThrownBy(
            () ->
                Trainings.on(manager, folder)
                    .data(
                        DataContainer.builder()
                            .train(Trainings.rows(manager, 16))
                            .evaluation("test", GeneratedRows.inMemory(4))
                            .evaluation("val", GeneratedRows.inMemory(4))
                            .build())
                    .callback(new Trainings.Accuracy(every(Schedule.everyNEpochs(1)).named("val")))
                    .length(TrainingLength.epochs(1))
                    .build())
        .hasMessageContaining(
            "callback 'accuracy' calls the dataset 'test' 'val', which is the key of another"
                + " dataset; choose another name");
    assertThatThrownBy(() -> every(Schedule.everyNEpochs(1)).named("a/b"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("dataset_name='a/b' may contain only letters, digits and . _ = -");
  }

  @Test
  void oneKeyIsOfOneQuantityAlsoAtDifferentMoments() {
    DataIteratorConfig epoch = every(Schedule.everyNEpochs(1));
    DataIteratorConfig never = every(Schedule.never());
    Map<String, List<Callback>> pairs = new LinkedHashMap<>();
    pairs.put("max_size", metrics(epoch, never.maxRows(20)));
    pairs.put("columns", metrics(epoch, never.columns("x", "class")));
    pairs.put("dataset_key", metrics(epoch.named("a"), never.dataset("val").named("a")));
    pairs.put(
        "inputs, targets",
        List.of(
            metric(MetricCallback.Config.of(epoch, Metrics.accuracy())),
            metric(
                MetricCallback.Config.of(never, Metrics.accuracy())
                    .columns(BatchColumns.of("x", "class")))));
    pairs.put(
        "output",
        List.of(
            metric(MetricCallback.Config.of(epoch, Metrics.accuracy())),
            metric(
                MetricCallback.Config.of(never, Metrics.accuracy())
                    .output(OutputChoice.of("gate")))));
    pairs.put(
        "metrics",
        List.of(
            metric(
                MetricCallback.Config.of(epoch, Metrics.calibrationError(OutputKind.LOGITS, 10))),
            metric(
                MetricCallback.Config.of(never, Metrics.calibrationError(OutputKind.LOGITS, 20)))));
    pairs.put(
        "max_size, output",
        List.of(
            new OfflineLossCallback(OfflineLossCallback.Config.of(epoch)),
            new OfflineLossCallback(
                OfflineLossCallback.Config.of(never.maxRows(20)).output(OutputChoice.of("0")))));
    pairs.put(
        "weights",
        List.of(
            new EmaCallback(new EmaCallback.Config(List.of(0.9))),
            new Rows(epoch),
            new Rows(never.weights("ema=0.9"))));
    pairs.put(
        "near_zero",
        List.of(
            new GradientNormCallback(GradientNormCallback.Config.defaults()),
            new GradientNormCallback(
                GradientNormCallback.Config.defaults().every(Schedule.never()).nearZero(1e-3))));
    pairs.forEach(
        (difference, callbacks) -> {
          TrainingLoopBuilder loop = ofTwoDatasets();
          callbacks.forEach(loop::callback);
          assertThatThrownBy(loop::build)
              .as(difference)
              .isInstanceOfSatisfying(
                  TrainingConfigurationException.class,
                  e ->
                      assertThat(e.found())
                          .anySatisfy(
                              mistake -> {
                                assertThat(mistake.mistake().text())
                                    .contains(
                                        "both write the metric '",
                                        "', but differ in %s; ".formatted(difference));
                                assertThat(mistake.callbacks())
                                    .isEqualTo(
                                        callbacks.subList(callbacks.size() - 2, callbacks.size()));
                              }));
          assertThatThrownBy(() -> loop.checkWithoutRows(TWO_DATASETS))
              .hasMessageContaining("', but differ in %s; ".formatted(difference));
        });
    TrainingLoopBuilder same = ofTwoDatasets();
    metrics(epoch.maxRows(20).columns("x", "class"), never.maxRows(20).columns("x", "class"))
        .forEach(same::callback);
    same.callback(
            metric(MetricCallback.Config.of(epoch, Metrics.f1(3, Average.MACRO), Metrics.rmse())))
        .callback(
            metric(MetricCallback.Config.of(never, Metrics.f1(3, Average.MACRO), Metrics.rmse())))
        .build();
  }

  @Test
  void schedulesAreNotComparedByRowsThatAreNotCounted() {
    for (int updates : List.of(50, 11)) {
      TrainingLoopBuilder loop =
          loop("uncounted." + updates)
              .callback(new Rows(every(Schedule.everyNEpochs(1))))
              .callback(new Rows(every(Schedule.everyNUpdates(updates))))
              .length(TrainingLength.epochs(2));
      metrics(every(Schedule.everyNEpochs(1)), every(Schedule.everyNUpdates(updates)))
          .forEach(loop::callback);
      loop.checkWithoutRows(ONE_DATASET);
    }
    TrainingLoopBuilder equal = loop("equal").length(TrainingLength.epochs(2));
    metrics(every(Schedule.everyNEpochs(1)), every(Schedule.everyNEpochs(1)))
        .forEach(equal::callback);
    assertThatThrownBy(() -> equal.checkWithoutRows(ONE_DATASET))
        .isInstanceOf(TrainingConfigurationException.class)
        .hasMessageContaining(
            "callbacks 'metrics.test' and 'metrics.test' both write the metric 'accuracy/test';"
                + " remove it from one of them");
  }

  private TrainingLoopBuilder ofTwoDatasets() {
    return Trainings.on(manager, folder)
        .data(
            DataContainer.builder()
                .train(Trainings.rows(manager, 16))
                .evaluation("test", GeneratedRows.inMemory(4))
                .evaluation("val", GeneratedRows.inMemory(4))
                .build())
        .length(TrainingLength.epochs(1));
  }

  private static List<Callback> metrics(DataIteratorConfig one, DataIteratorConfig other) {
    return List.of(
        metric(MetricCallback.Config.of(one, Metrics.accuracy())),
        metric(MetricCallback.Config.of(other, Metrics.accuracy())));
  }

  private static Callback metric(MetricCallback.Config config) {
    return new MetricCallback(config);
  }

  private TrainingLoopBuilder loop(String runId) {
    return Trainings.on(manager, folder).runId(runId);
  }

  private static Checkpoints checkpoints(TrainingLoop training) {
    return Checkpoints.in(LocalRunFiles.in(training.folder().resolve("checkpoints")));
  }
}
