package io.ostinato.training;

import static io.ostinato.callback.DataIteratorConfig.every;
import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import io.ostinato.DefaultLocale;
import io.ostinato.checkpoint.CheckpointCallback;
import io.ostinato.metric.Metrics;
import io.ostinato.quality.MetricCallback;
import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.TrainingLength;
import io.ostinato.stopping.MetricEarlyStopper;
import io.ostinato.tracking.MetricsRecord;
import io.ostinato.tracking.TensorBoardTracker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a run writes is the same whatever language its machine speaks. */
class AnyLocaleTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"ar-EG", "de-DE", "tr-TR"})
  void tagsKeysAndFilesOfARunHaveTheDigitsOfEverywhere(String language) throws IOException {
    MetricEarlyStopper stopper =
        new MetricEarlyStopper(MetricEarlyStopper.Config.of("top_3_accuracy/test", 1));
    try (DefaultLocale other = DefaultLocale.of(language);
        NDManager manager = Engine.getInstance().newBaseManager()) {
      assertThat(other).isNotNull();
      TrainingLoop training =
          Trainings.on(manager, folder)
              .callback(new CheckpointCallback(CheckpointCallback.Config.defaults()))
              .callback(
                  new MetricCallback(
                      MetricCallback.Config.of(every(Schedule.everyNEpochs(1)), Metrics.topK(3))))
              .callback(stopper)
              .tracker(TensorBoardTracker.inRunFolder())
              .length(TrainingLength.epochs(2))
              .build();
      TrainingResult result = training.run();
      assertThat(result.reason())
          .isEqualTo("top_3_accuracy/test has not improved on 1.0 for 1 consecutive values");
      List<MetricsRecord> records = Trainings.records(training);
      assertThat(records.stream().map(MetricsRecord::iteration))
          .as("read back")
          .hasToString("[E1_U10_S160, E2_U20_S320]");
    }
    assertThat(stopper.name()).isEqualTo("early_stopper.top_3_accuracy/test.1");
    assertThat(Files.readAllLines(folder.resolve("run/metrics.jsonl")).get(1))
        .contains("{\"iteration\":\"E2_U20_S320\",", "\"top_3_accuracy/test\":1.0");
    try (Stream<Path> files = Files.list(folder.resolve("run/checkpoints"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "latest",
              "E2_U20_S320.json",
              "E2_U20_S320.safetensors",
              "E2_U20_S320.optimizer.safetensors");
    }
    try (Stream<Path> files = Files.list(folder.resolve("run/tensorboard"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .singleElement()
          .asString()
          .matches("events\\.out\\.tfevents\\.[0-9]{10}\\..+\\.[0-9]+\\.0");
    }
  }
}
