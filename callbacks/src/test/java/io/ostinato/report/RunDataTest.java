package io.ostinato.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.ostinato.metric.Direction;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.storage.ForwardingRunFiles;
import io.ostinato.storage.LineFile;
import io.ostinato.storage.LocalRunFiles;
import io.ostinato.storage.RunFiles;
import io.ostinato.storage.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunDataTest {
  @TempDir private Path folder;

  @Test
  void anOlderRunHasWhatItsFilesSay() throws IOException {
    RunFiles files = RunFixture.records(folder, 4, i -> Map.of("accuracy", i == 2 ? 0.9 : 0.5));
    JsonObject run = data(files);
    assertThat(run.get("status").getAsString()).isEqualTo("unknown");
    JsonObject metric = run.getAsJsonArray("metrics").get(0).getAsJsonObject();
    assertThat(metric.getAsJsonObject("best").get("at").getAsInt()).isEqualTo(1);
    assertThat(metric.get("direction").getAsString()).isEqualTo("higher_is_better");
    Files.writeString(folder.resolve("summary.json"), "{}");
    assertThat(data(files).get("status").getAsString()).isEqualTo("ended");
  }

  @Test
  void aRunWhoseProcessWasKilledIsNoLongerRunning() {
    RunFiles files = RunFixture.records(folder, 1, i -> Map.of("accuracy", 1.0));
    RunFixture.facts().write(files);
    assertThat(data(files).get("status").getAsString()).isEqualTo("killed");
    try (LineFile open = files.openLines("metrics.jsonl")) {
      assertThat(open.lines()).hasSize(1);
      assertThat(data(LocalRunFiles.in(folder)).get("status").getAsString()).isEqualTo("running");
    }
  }

  @Test
  void watchedCheckpointsHaveNamesOutcomesAndCopies() throws IOException {
    Files.createDirectories(folder.resolve("checkpoints"));
    Files.writeString(folder.resolve("checkpoints/best_model.accuracy.test.pt"), "x");
    Files.writeString(
        folder.resolve("metrics.jsonl"),
        """
        {"iteration":"E0_U1_S0","time":"2026-11-28T21:29:09Z","metrics":{"accuracy/test":0.5},\
        "checkpoint":{"name":"b.pt","bytes":1,"modified":"2026-09-21T14:16:20Z"},\
        "outcome":"evaluated","rows":40,"seconds":0.27}
        {"iteration":"E0_U2_S0","time":"2026-11-28T21:29:10Z","metrics":{},\
        "checkpoint":{"name":"c.pt","bytes":1,"modified":"2026-09-21T14:16:20Z"},\
        "outcome":"skipped","reason":"a newer one was there"}
        damaged
        {"iteration":"E0_U1_S0","time":"2026-11-28T21:29:11Z","metrics":{"accuracy/test":0.4},\
        "checkpoint":{"name":"a.pt","bytes":1,"modified":"2026-09-21T14:16:20Z"},\
        "outcome":"evaluated","rows":40,"seconds":0.27}
        """);
    JsonObject run = data(LocalRunFiles.in(folder));
    JsonObject metric = run.getAsJsonArray("metrics").get(0).getAsJsonObject();
    assertThat(metric.getAsJsonObject("best").get("checkpoint").getAsString())
        .isEqualTo("b.pt, copied as best_model.accuracy.test.pt");
    assertThat(metric.getAsJsonObject("last").get("value").getAsDouble()).isEqualTo(0.4);
    assertThat(run.getAsJsonObject("iterations").get("name").toString())
        .isEqualTo("[\"b.pt\",\"a.pt\"]");
    assertThat(run.getAsJsonArray("outcomes").toString())
        .contains("\"name\":\"c.pt\",\"outcome\":\"skipped\",\"reason\":\"a newer one was there\"");
    assertThat(run.get("damaged").getAsInt()).isEqualTo(1);
  }

  @Test
  void longRunsAreThinnedAndKeepTheirPeaks() {
    RunFiles files =
        RunFixture.records(
            folder,
            50_000,
            i -> i == 31_234 ? Map.of("loss", -5.0, "rare", 1.0) : Map.of("loss", 1.0 / i));
    JsonObject run = data(files);
    assertThat(run.get("records").getAsInt()).isEqualTo(50_000);
    int kept = run.getAsJsonObject("iterations").getAsJsonArray("update").size();
    assertThat(kept).isLessThanOrEqualTo(ThinnedRecords.MOST_RECORDS).isGreaterThan(1_000);
    assertThat(run.get("left_out").getAsInt()).isEqualTo(50_000 - kept);
    JsonObject loss = metric(run, "loss");
    int at = loss.getAsJsonObject("best").get("at").getAsInt();
    assertThat(run.getAsJsonObject("iterations").getAsJsonArray("update").get(at).getAsInt())
        .isEqualTo(31_234);
    assertThat(loss.getAsJsonObject("last").get("value").getAsDouble()).isEqualTo(1.0 / 50_000);
    assertThat(metric(run, "rare").getAsJsonArray("value")).hasSize(1);
  }

  @Test
  void runsOfManyMetricsAreThinnedAndKeepThePeakOfEach() {
    Map<String, Double> metrics = new TreeMap<>();
    RunFiles files =
        RunFixture.records(
            folder,
            10_000,
            i -> {
              for (int metric = 0; metric <= 100; metric++) {
                metrics.put("accuracy/" + metric, i == 5_000 + metric ? 1.0 : 0.5 - 1.0 / i);
              }
              return metrics;
            });
    JsonObject run = data(files);
    assertThat(run.get("is_thinned").getAsBoolean()).isTrue();
    int values = 0;
    for (int i = 0; i <= 100; i++) {
      JsonObject metric = metric(run, "accuracy/" + i);
      int best = metric.getAsJsonObject("best").get("at").getAsInt();
      assertThat(metric.getAsJsonObject("best").get("value").getAsDouble()).isEqualTo(1);
      assertThat(run.getAsJsonObject("iterations").getAsJsonArray("update").get(best).getAsInt())
          .isEqualTo(5_000 + i);
      assertThat(metric.getAsJsonObject("last").get("value").getAsDouble()).isEqualTo(0.4999);
      values += metric.getAsJsonArray("value").size();
    }
    assertThat(values).isBetween(30_000, 100_000);
  }

  @Test
  void theLastOfManyEvaluationsAreShownAndDamagedLinesAreNot() throws IOException {
    RunFiles files = RunFixture.records(folder, 1, i -> Map.of("accuracy", 1.0));
    RunFixture.evaluation(folder, "accuracy", 1, 2);
    String line = Files.readString(folder.resolve("evaluations.jsonl"));
    Files.writeString(
        folder.resolve("evaluations.jsonl"),
        line.repeat(EvaluationRows.MOST_ROWS)
            + "{\"outcome\":\"ok\"}\n"
            + line.replace("E0_U1_S16", "E0_U2_S32"));
    JsonObject run = data(files);
    JsonArray rows = run.getAsJsonArray("evaluations");
    assertThat(rows).hasSize(EvaluationRows.MOST_ROWS - 1);
    assertThat(rows.get(rows.size() - 1).getAsJsonObject().get("iteration").getAsString())
        .isEqualTo("E0_U2_S32");
    assertThat(run.get("recorded_evaluations").getAsInt()).isEqualTo(EvaluationRows.MOST_ROWS + 2);
  }

  @Test
  void secretsAreNotSentToOthers() {
    RunFiles files = RunFixture.records(folder, 1, i -> Map.of("accuracy", 1.0));
    files.write(
        "config.yaml",
        out ->
            out.write(
                """
                fs.s3a.secret.key: abc123
                options: {user: me, password: 'x, abc123', limit: 3}
                path: jdbc:postgresql://me:abc123@host/db?token=abc123&ssl=true
                tokenizer: words.json
                """
                    .getBytes()));
    RunFacts facts =
        RunFacts.of(
            "training", Map.of(), Map.of(), Map.of("api_key", "abc123", "tokenizer", "words.json"));
    String text =
        RunData.of(files, files, Optional.of(facts), key -> Direction.NEUTRAL, false).toString();
    assertThat(text)
        .doesNotContain("abc123")
        .contains("fs.s3a.secret.key: (hidden)", "limit: 3", "ssl=true")
        .contains("path: jdbc:postgresql://me:(hidden)@host/db?token")
        .contains("tokenizer: words.json", "\"tokenizer\":\"words.json\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a: 1\npassword: |\n  abc123\n\n  abc123\nz: 2",
        "a: 1\npassword:\n  abc123\nz: 2",
        "a: 1\ntokens:\n- abc123\n- abc123\nz: 2",
        "a: 1\nauth:\n  - tokens:\n      - abc123\nz: 2",
        "a: 1\ntokens: [x, abc123]\nz: 2",
        "a: 1\ncredentials: {user: x, code: abc123}\nz: 2",
        "a: 1\npassword: x,abc123\nz: 2",
        "a: 1\npassword: x}abc123\nz: 2",
        "a: 1\npassword: x&abc123\nz: 2",
        "a: 1\npassword: &anchor abc123\nz: 2",
        "a: 1\npassword: \"x\\\"abc123\"\nz: 2",
        "a: 1\npassword: 'x''abc123'\nz: 2",
        "a: 1\npassword: \"x\n  abc123\"\nz: 2",
        "a: 1\npasswords: abc123\nz: 2",
        "a: 1\nprivate_key: abc123\nz: 2",
        "a: 1\npassphrase: abc123\nz: 2",
        "a: 1\nheader: 'Authorization: Bearer abc123'\nz: 2",
        "a: 1\npath: redis://:abc123@host/0\nz: 2",
        "a: 1\npath: s3a://key:x/abc123@bucket/0\nz: 2",
        "a: 1\npath: https://host/x?sv=1&sig=abc123\nz: 2",
        "a: 1\r\npassword: >-\r\n  abc123\r\nz: 2",
      })
  void secretsAreHiddenInAnyForm(String text) {
    assertThat(HiddenSecrets.in(text))
        .doesNotContain("abc123")
        .contains("(hidden)")
        .startsWith("a: 1")
        .endsWith("\nz: 2");
  }

  @Test
  void whatIsNoSecretIsShown() {
    String text = "max_tokens: 512\npath: hdfs://node:8020/me@home/x\nlist:\n- a\n- b\n\nz: 2\n";
    assertThat(HiddenSecrets.in(text)).isEqualTo(text);
    assertThat(HiddenSecrets.in("readers[0].tokens[1]", "abc123")).isEqualTo("(hidden)");
  }

  @Test
  void theNameOfARunHasNoSecrets() {
    RunFiles files =
        new ForwardingRunFiles(RunFixture.records(folder, 1, i -> Map.of("accuracy", 1.0))) {
          @Override
          public String location() {
            return "s3a://key:abc123@bucket";
          }
        };
    assertThat(data(files).toString()).doesNotContain("abc123").contains("key:(hidden)@bucket");
  }

  @Test
  void evaluatedFilesAreNamedWithoutSecrets() throws IOException {
    RunFiles files = RunFixture.records(folder, 1, i -> Map.of("accuracy", 1.0));
    RunFixture.evaluation(folder, "s3a://key:abc123@bucket/x.pt", 1, 2);
    assertThat(data(files).toString())
        .doesNotContain("abc123")
        .contains("s3a://key:(hidden)@bucket/x.pt");
  }

  @Test
  void checkpointsThatWereSupersededHaveNoWeightsOfThisRun() {
    RunFiles files = RunFixture.records(folder, 3, i -> Map.of("accuracy", i == 2 ? 0.9 : 0.5));
    assertThat(bestCheckpoint(files, Map.of("E0_U2_S32", new TrainingIteration(0, 2, 32))))
        .isEqualTo("E0_U2_S32");
    assertThat(bestCheckpoint(files, Map.of("x.superseded-1", new TrainingIteration(0, 2, 32))))
        .isEmpty();
  }

  private static String bestCheckpoint(RunFiles files, Map<String, TrainingIteration> saved) {
    ReportRecord best = ReportRecord.of(files.lines("metrics.jsonl")).get(1);
    return new BestCheckpoints(saved, List.of()).of("accuracy", best);
  }

  @Test
  void longWordsAreReadOnce() {
    String word = "a.".repeat(200_000);
    assertThat(HiddenSecrets.in(word + "password=abc123")).isEqualTo(word + "password=(hidden)");
    assertThat(HiddenSecrets.in(word)).isEqualTo(word);
  }

  @Test
  void damagedFactsAreNamed() throws IOException {
    RunFiles files = RunFixture.records(folder, 1, i -> Map.of("accuracy", 1.0));
    Files.writeString(folder.resolve(RunFacts.NAME), "{");
    assertThatThrownBy(() -> new ReportPage().add(files, files))
        .isInstanceOf(StorageException.class)
        .hasMessage(
            "'run.json' in %s is damaged: {; remove it to make a report without it"
                .formatted(files.location()));
  }

  private static JsonObject metric(JsonObject run, String key) {
    JsonArray metrics = run.getAsJsonArray("metrics");
    return metrics.asList().stream()
        .map(JsonElement::getAsJsonObject)
        .filter(metric -> metric.get("key").getAsString().equals(key))
        .findFirst()
        .orElseThrow();
  }

  private static JsonObject data(RunFiles files) {
    Optional<RunFacts> facts = RunFacts.read(files);
    return RunData.of(
        files, files.folder("checkpoints"), facts, key -> RunData.direction(facts, key), false);
  }
}
