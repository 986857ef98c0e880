package io.ostinato.training;

import static io.ostinato.callback.DataIteratorConfig.every;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDList;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.ostinato.callback.DataIteratorConfig;
import io.ostinato.callback.Invocation;
import io.ostinato.callback.PeriodicDataIteratorCallback;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.model.EvaluationModel;
import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.TrainingLength;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The file {@code evaluations.jsonl} of a training. */
class RecordedEvaluationsTest extends MomentsFixture {
  @Test
  void eachEvaluationHasALineAlsoWhereSeveralShareAPass() throws IOException {
    DataIteratorConfig config = every(Schedule.everyNEpochs(1)).batchSize(16);
    TrainingLoop training =
        loop()
            .callback(new Named("first", config))
            .callback(new Named("second", config))
            .callback(new Named("third", every(Schedule.everyNUpdates(10)).batchSize(7)))
            .length(TrainingLength.epochs(2))
            .build();
    training.run();
    List<JsonObject> lines = lines(training);
    assertThat(lines.stream().map(RecordedEvaluationsTest::head))
        .containsExactly(
            "E1_U10_S160 third on test: ok",
            "E1_U10_S160 first on test: ok",
            "E1_U10_S160 second on test: ok",
            "E2_U20_S320 third on test: ok",
            "E2_U20_S320 first on test: ok",
            "E2_U20_S320 second on test: ok");
    assertThat(
            lines.stream()
                .map(line -> certificate(line).get("order_digest").getAsString())
                .distinct())
        .as("one dataset, in batches of two sizes")
        .hasSize(1);
    assertThat(
            lines.stream().map(line -> certificate(line).get("manifest").getAsString()).distinct())
        .as("the weights of two moments")
        .hasSize(2);
    assertThat(lines)
        .allSatisfy(
            line -> {
              assertThat(line.get("rows").getAsLong()).isEqualTo(40);
              assertThat(certificate(line).get("rows_evaluated").getAsLong()).isEqualTo(40);
              assertThat(line.getAsJsonObject("executors").get("driver").getAsInt()).isEqualTo(1);
              assertThat(line.getAsJsonObject("milliseconds").get("process").getAsDouble())
                  .as("known after the results were processed")
                  .isPositive();
            });
  }

  @Test
  void anEvaluationThatFailsHasItsReason() throws IOException {
    TrainingLoop training =
        loop()
            .callback(new Named("good", every(Schedule.everyNEpochs(1))))
            .callback(new Bad("bad"))
            .length(TrainingLength.epochs(2))
            .build();
    assertThatThrownBy(training::run).hasMessageContaining("no luck");
    List<JsonObject> lines = lines(training);
    assertThat(lines.stream().map(RecordedEvaluationsTest::head))
        .containsExactly("E1_U10_S160 good on test: ok", "E1_U10_S160 bad on test: failed");
    assertThat(lines.get(1).get("reason").getAsString())
        .isEqualTo("partition 0, rows 0 to 39: java.lang.IllegalStateException: no luck");
    assertThat(lines.get(1).has("certificate")).isFalse();
  }

  private static List<JsonObject> lines(TrainingLoop training) throws IOException {
    return Files.readAllLines(training.folder().resolve("evaluations.jsonl")).stream()
        .map(line -> JsonParser.parseString(line).getAsJsonObject())
        .toList();
  }

  private static JsonObject certificate(JsonObject line) {
    return line.getAsJsonObject("certificate");
  }

  private static String head(JsonObject line) {
    return "%s %s on %s: %s"
        .formatted(
            line.get("iteration").getAsString(),
            line.get("callback").getAsString(),
            line.get("dataset").getAsString(),
            line.get("outcome").getAsString());
  }

  /** An accuracy under a name of its own. */
  private static class Named extends PeriodicDataIteratorCallback {
    private static final long serialVersionUID = 1;

    Named(String name, DataIteratorConfig config) {
      super(name, config.dataset("test"));
    }

    @Override
    protected NDList processData(EvaluationBatch batch, EvaluationModel model) {
      return results("outputs", model.forward(batch.get("x")));
    }

    @Override
    protected void processResults(EvaluationResults results, Invocation at) {
      writer().addScalar(name(), results.get("outputs").mean().getFloat());
    }
  }

  private static final class Bad extends Named {
    private static final long serialVersionUID = 1;

    Bad(String name) {
      super(name, every(Schedule.everyNEpochs(1)));
    }

    @Override
    protected NDList processData(EvaluationBatch batch, EvaluationModel model) {
      throw new IllegalStateException("no luck");
    }
  }
}
