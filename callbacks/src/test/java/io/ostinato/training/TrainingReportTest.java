package io.ostinato.training;

import static io.ostinato.callback.DataIteratorConfig.every;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.ostinato.callback.Callback;
import io.ostinato.callback.Invocation;
import io.ostinato.callback.PeriodicCallback;
import io.ostinato.checkpoint.BestCheckpointCallback;
import io.ostinato.checkpoint.CheckpointCallback;
import io.ostinato.metric.Metrics;
import io.ostinato.quality.MetricCallback;
import io.ostinato.report.ReportPage;
import io.ostinato.report.RunFacts;
import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.TrainingLength;
import io.ostinato.storage.RunFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The report in the folder of a training. */
class TrainingReportTest extends MomentsFixture {
  @Test
  void aTrainingSaysWhatRanWhatStoppedItAndHowItsEvaluationsWent() throws IOException {
    TrainingLoop training =
        loop()
            .callback(accuracy())
            .callback(new StopAt(4))
            .length(TrainingLength.updates(6))
            .seed(7)
            .build();
    training.run();
    JsonObject run = page(training);
    assertThat(run.get("kind").getAsString()).isEqualTo("training");
    assertThat(run.get("status").getAsString()).isEqualTo("finished");
    assertThat(run.get("reason").getAsString()).isEqualTo("enough");
    assertThat(run.getAsJsonObject("about").get("callbacks").getAsString())
        .isEqualTo("metrics.test, stop");
    assertThat(run.getAsJsonObject("about").get("rows to train on").getAsString()).isEqualTo("160");
    assertThat(run.getAsJsonObject("parameters").get("seed").getAsString()).isEqualTo("7");
    assertThat(run.getAsJsonObject("versions").keySet()).contains("Java", "DJL", "PyTorch");
    assertThat(run.getAsJsonArray("evaluations")).hasSize(4);
    JsonObject first = run.getAsJsonArray("evaluations").get(0).getAsJsonObject();
    assertThat(first.get("rows").getAsInt()).isEqualTo(40);
    assertThat(first.has("certificate")).as("fingerprints are of no use here").isFalse();
  }

  @Test
  void theBestValueNamesItsCheckpoint() throws IOException {
    TrainingLoop training =
        loop()
            .callback(accuracy())
            .callback(
                new BestCheckpointCallback(
                    BestCheckpointCallback.Config.of("accuracy/test")
                        .every(Schedule.everyNUpdates(1))))
            .length(TrainingLength.updates(4))
            .build();
    training.run();
    JsonObject metric = page(training).getAsJsonArray("metrics").get(0).getAsJsonObject();
    assertThat(metric.getAsJsonObject("best").get("checkpoint").getAsString())
        .isEqualTo("best_model.accuracy.test");
  }

  @Test
  void aTrainingThatFailsSaysWhy() throws IOException {
    TrainingLoop training =
        loop().callback(new FailAt(2)).length(TrainingLength.updates(4)).build();
    assertThatThrownBy(training::run).hasMessage("no luck");
    JsonObject run = page(training);
    assertThat(run.get("status").getAsString()).isEqualTo("failed");
    assertThat(run.get("reason").getAsString()).contains("no luck");
  }

  @Test
  void aResumedTrainingIsOneReport() throws IOException {
    TrainingLoop first =
        loop()
            .callback(accuracy())
            .callback(
                new CheckpointCallback(
                    CheckpointCallback.Config.defaults().every(Schedule.everyNUpdates(1))))
            .length(TrainingLength.updates(2))
            .build();
    first.run();
    JsonObject before = page(first);
    TrainingLoop second =
        loop()
            .callback(accuracy())
            .resume("run", "latest")
            .length(TrainingLength.updates(5))
            .build();
    second.run();
    JsonObject after = page(second);
    assertThat(after.get("started")).isEqualTo(before.get("started"));
    assertThat(after.getAsJsonArray("resumed")).hasSize(1);
    assertThat(after.get("records").getAsInt()).isEqualTo(5);
    assertThat(after.get("reason").getAsString()).isEqualTo("reached its length of 5 updates");
    second.evaluate();
    JsonObject evaluated = page(second);
    assertThat(evaluated.get("reason")).as("how it ended").isEqualTo(after.get("reason"));
    assertThat(evaluated.get("records").getAsInt()).isEqualTo(6);
  }

  @Test
  void aRunIsWithoutAReportIfNoneIsWanted() {
    TrainingLoop training =
        loop().callback(accuracy()).withoutReport().length(TrainingLength.updates(2)).build();
    training.run();
    assertThat(training.files().list()).doesNotContain(ReportPage.NAME, RunFacts.NAME);
  }

  @Test
  void aRunThatWasKilledAtItsBeginningCanStartAgain() throws IOException {
    RunFiles run = loop().length(TrainingLength.updates(1)).build().files();
    for (String name : List.of("metrics.jsonl", RunFacts.NAME, ReportPage.NAME)) {
      run.write(name, out -> {});
    }
    TrainingLoop training = loop().callback(accuracy()).length(TrainingLength.updates(1)).build();
    training.run();
    assertThat(page(training).get("records").getAsInt()).isEqualTo(1);
  }

  private static Callback accuracy() {
    return new MetricCallback(
        MetricCallback.Config.of(
            every(Schedule.everyNUpdates(1)).dataset("test").batchSize(20), Metrics.accuracy()));
  }

  /** The data on the page of a run. */
  private static JsonObject page(TrainingLoop training) throws IOException {
    String html = Files.readString(training.folder().resolve(ReportPage.NAME));
    String begin = "<script id=\"data\" type=\"application/json\">";
    int from = html.indexOf(begin) + begin.length();
    JsonElement data =
        JsonParser.parseString(html.substring(from, html.indexOf("</script>", from)));
    return data.getAsJsonObject().getAsJsonArray("runs").get(0).getAsJsonObject();
  }

  private static final class StopAt extends PeriodicCallback {
    private static final long serialVersionUID = 1;
    private final long update;

    StopAt(long update) {
      super("stop", Schedule.everyNUpdates(1));
      this.update = update;
    }

    @Override
    protected void periodicCallback(Invocation at) {
      if (at.iteration().update() == update) {
        context().stop("enough");
      }
    }
  }

  private static final class FailAt extends PeriodicCallback {
    private static final long serialVersionUID = 1;
    private final long update;

    FailAt(long update) {
      super("fail", Schedule.everyNUpdates(1));
      this.update = update;
    }

    @Override
    protected void periodicCallback(Invocation at) {
      if (at.iteration().update() == update) {
        throw new IllegalStateException("no luck");
      }
    }
  }
}
