package io.ostinato.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import dev.harrel.jsonschema.Validator;
import dev.harrel.jsonschema.ValidatorFactory;
import dev.harrel.jsonschema.providers.GsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** The schema, by an independent validator, accepts and refuses what the command does. */
@Tag("spark35")
class RunSchemaTest {

  @Test
  void rightConfigurationsAreAccepted() throws IOException {
    Matcher example =
        Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(Path.of("..", "docs", "train.md")));
    assertThat(example.find()).isTrue();
    accepts(example.group(1));
    accepts(RunMistakesTest.RIGHT);
    accepts(RunMistakesTest.bind(RunMistakesTest.RIGHT).yaml(Set.of()));
    for (String more :
        List.of(
            "optimizer: sgd",
            "optimizer: {kind: nag, learning_rate: 1e-3}",
            "optimizer: {kind: adam, learning_rate: {kind: linear, from: 1}}",
            "loss: com.example.MyLoss",
            "resume: before",
            "run_id: 20261124-120000-000",
            "resume: {run_id: before, checkpoint: E1_U2_S3}",
            "seed:",
            "trackers: console",
            "gradient_clipping: {value: 0.5}")) {
      accepts(RunMistakesTest.RIGHT + more);
    }
    accepts(RunMistakesTest.RIGHT + "- {kind: com.example.Mine, options: {a: [1, {b: c}]}}");
    accepts(
        RunMistakesTest.RIGHT + "- {kind: com.example.Mine, max_size: 5, a_key_of_its_own: [1]}");
    accepts(RunMistakesTest.RIGHT + "- {kind: offline_loss, max_size: 5, columns: [x, y]}");
    accepts(RunMistakesTest.RIGHT + "- {kind: track_outputs, patterns: ['*gate*']}");
    accepts(RunMistakesTest.RIGHT + "- {kind: track_outputs, patterns: '*'}");
    accepts(
        RunMistakesTest.RIGHT
            + "- {kind: metric, dataset_name: first, metrics: [{kind: mse, output: aux}]}");
  }

  @Test
  void wrongConfigurationsAreRefused() {
    for (String more :
        List.of(
            "sede: 1",
            "seed: one",
            "effective_batch_size: 0",
            "optimizer: adm",
            "optimizer: {kind: adam, learning_rate: 0}",
            "optimizer: {kind: adam, momentum: 0.9}",
            "optimizer: {learning_rate: 1}",
            "last_batch: dorp",
            "run_id: ../x",
            "run_id: .x",
            "resume: a/b",
            "resume: {run_id: /tmp/x}",
            "default_callbacks: 1",
            "trackers: [mlflow: {}]",
            "- {kind: metric}",
            "- {kind: ema, factors: [0.9, 1.5]}",
            "- {kind: checkpoint, every_n_epoch: 1}",
            "- {kind: offline_loss, max_size: 0}",
            "- {kind: com.example.Mine, max_size: some}")) {
      assertThat(validate(RunMistakesTest.RIGHT + more).isValid()).as(more).isFalse();
    }
    assertThat(validate("seed: 1").isValid()).isFalse();
    assertThat(validate(RunMistakesTest.RIGHT.replace("mlp", "torchscript")).isValid()).isFalse();
  }

  private static void accepts(String yaml) {
    Validator.Result result = validate(yaml);
    assertThat(result.isValid())
        .as(
            "%s\n%s",
            yaml,
            result.getErrors().stream()
                .map(e -> e.getInstanceLocation() + " " + e.getError())
                .toList())
        .isTrue();
  }

  private static Validator.Result validate(String yaml) {
    Object document =
        new Load(LoadSettings.builder().setSchema(new CoreSchema()).build()).loadFromString(yaml);
    return new ValidatorFactory()
        .withJsonNodeFactory(new GsonNode.Factory())
        .validate(
            TrainCommand.schema(),
            new Gson().newBuilder().serializeNulls().create().toJson(document));
  }
}
