package io.ostinato.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MainTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir Path folder;

  @Test
  void quickstartLearnsTheDigitsAndLogsEveryEpochTheSameWayTwice() throws IOException {
    List<JsonObject> first = evaluations(quickstart("first", "--patience", "0"));
    List<JsonObject> second = evaluations(quickstart("second", "--patience", "0"));
    assertThat(first.stream().map(record -> record.get("iteration").getAsString()))
        .containsExactlyElementsOf(
            IntStream.rangeClosed(1, 10)
                .mapToObj(epoch -> "E%d_U%d_S%d".formatted(epoch, 22 * epoch, 22 * 64 * epoch))
                .toList());
    JsonObject last = first.get(9).getAsJsonObject("metrics");
    assertThat(last.keySet())
        .contains(
            "accuracy/test",
            "loss/test",
            "loss/online/softmax_cross_entropy/E1",
            "optim/lr/all",
            "train_time/forward/mean/E1");
    assertThat(last.get("accuracy/test").getAsDouble()).isBetween(0.93, 1.0);
    assertThat(last.get("loss/test").getAsDouble()).isBetween(0.0, 0.4);
    assertThat(metricsOf(second)).isEqualTo(metricsOf(first));
  }

  @Test
  void quickstartKeepsTheBestWeightsTheNewestCheckpointAndEventFiles() throws IOException {
    quickstart("run", "--epochs", "3");
    Path run = onlyRunIn(folder.resolve("run"));
    try (Stream<Path> files = Files.list(run.resolve("checkpoints"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "latest",
              "E3_U66_S4224.json",
              "E3_U66_S4224.safetensors",
              "E3_U66_S4224.optimizer.safetensors",
              "best_model.accuracy.test.json",
              "best_model.accuracy.test.safetensors");
    }
    try (Stream<Path> files = Files.list(run.resolve("tensorboard"))) {
      assertThat(files).hasSize(1).allMatch(file -> file.toString().contains("tfevents"));
    }
    assertThat(JsonParser.parseString(Files.readString(run.resolve("summary.json"))))
        .extracting(json -> json.getAsJsonObject().getAsJsonObject("accuracy/test").keySet())
        .isEqualTo(Set.of("last", "best"));
    assertThat(out.toString()).containsPattern("The best accuracy/test was 0\\.\\d{4}, at E\\d_U");
  }

  @Test
  void aResumedQuickstartGoesOnAsIfItHadNotStopped() throws IOException {
    List<JsonObject> whole = evaluations(quickstart("whole", "--epochs", "4"));
    quickstart("parts", "--epochs", "2");
    String runId = onlyRunIn(folder.resolve("parts")).getFileName().toString();
    List<JsonObject> parts = evaluations(quickstart("parts", "--epochs", "4", "--resume", runId));
    assertThat(parts).hasSize(4);
    assertThat(metricsOf(parts)).isEqualTo(metricsOf(whole));
    assertThat(run("quickstart", "--resume", "gone", "--output", folder.toString())).isEqualTo(1);
    assertThat(err.toString()).contains("run 'gone' has no checkpoint to go on from");
    err.getBuffer().setLength(0);
    assertThat(run("quickstart", "--resume", "../x", "--output", folder.toString())).isEqualTo(2);
    assertThat(told())
        .containsExactly(
            "--resume '../x' may have letters, digits and . _ = -, and begin with no dot",
            "Try 'ostinato quickstart --help'.");
  }

  @Test
  void quickstartEndsEarlyWhenTheAccuracyGetsNoBetter() throws IOException {
    List<JsonObject> records = quickstart("run", "--epochs", "40", "--patience", "1");
    assertThat(evaluations(records)).hasSizeBetween(2, 30);
    assertThat(out.toString())
        .contains("Training ended early: accuracy/test has not become better than 0.");
  }

  @Test
  void quickstartPrintsALinePerEvaluationATableAndTheFolder() throws IOException {
    assertThat(run("quickstart", "--epochs", "2", "--output", folder.toString())).isZero();
    String[] lines = out.toString().split("\\R");
    assertThat(lines[0])
        .matches(
            "E1_U22_S1408 +accuracy/test 0\\.\\d{4}  loss/test \\d\\.\\d{4}  360 rows  \\d+\\.\\d{3} s");
    assertThat(lines[1]).startsWith("E2_U44_S2816 ");
    assertThat(lines[3]).matches("epoch +iteration +accuracy/test +loss/test +rows +seconds *");
    assertThat(lines[5]).matches("2 +E2_U44_S2816 +0\\.\\d{4} +\\d\\.\\d{4} +360 +\\d+\\.\\d{3} *");
    assertThat(lines[lines.length - 1])
        .isEqualTo("The files of this run are in " + onlyRunIn(folder));
  }

  @Test
  void wrongUsageIsOneLineAndWhereTheHelpIs() {
    assertThat(run("evaluate", "--data", "a.parquet")).isEqualTo(2);
    assertThat(told())
        .containsExactly(
            "Missing required option: '--model=<file>'", "Try 'ostinato evaluate --help'.");
    assertThat(run("--nonsense")).isEqualTo(2);
    assertThat(told())
        .startsWith("Unknown option: '--nonsense'")
        .endsWith("Try 'ostinato --help'.");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void whatIsMisspeltIsToldWithWhatItMayBe() {
    assertThat(run("quickstart", "--epoch", "2")).isEqualTo(2);
    assertThat(told())
        .hasSize(3)
        .startsWith("Unknown options: '--epoch', '2'")
        .anyMatch(line -> line.startsWith("Possible solutions: ") && line.contains("--epochs"))
        .endsWith("Try 'ostinato quickstart --help'.");
    assertThat(run("evalute")).isEqualTo(2);
    assertThat(told())
        .startsWith("Unmatched argument at index 0: 'evalute'")
        .anyMatch(line -> line.startsWith("Did you mean: ") && line.contains("ostinato evaluate"))
        .endsWith("Try 'ostinato --help'.");
  }

  @Test
  void noCommandIsWrongUsageWhichTellsThemAll() {
    for (String[] nothing : List.of(new String[0], new String[] {"--stacktrace"})) {
      assertThat(run(nothing)).isEqualTo(2);
      assertThat(told())
          .startsWith("give a command, as in: ostinato evaluate --help")
          .anyMatch(line -> line.startsWith("Usage: ostinato "))
          .anyMatch(line -> line.startsWith("  watch "));
    }
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void everyCommandTellsTheVersion() {
    for (String[] asked :
        List.of(
            new String[] {"--version"},
            new String[] {"-V"},
            new String[] {"quickstart", "--version"},
            new String[] {"train", "-V"},
            new String[] {"evaluate", "--version"},
            new String[] {"watch", "-V"})) {
      out.getBuffer().setLength(0);
      assertThat(run(asked)).isZero();
      assertThat(out.toString().lines())
          .containsExactly(
              "ostinato (not from its jar)",
              "Spark " + org.apache.spark.package$.MODULE$.SPARK_VERSION(),
              "Java " + System.getProperty("java.version"));
    }
    assertThat(err.toString()).isEmpty();
  }

  /** The lines on standard error since the last time. */
  private List<String> told() {
    List<String> lines = err.toString().lines().toList();
    err.getBuffer().setLength(0);
    return lines;
  }

  @Test
  void failuresHaveTheirExitCodesAndOneLine() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    assertThat(run("quickstart", "--output", file.toString())).isEqualTo(1);
    assertThat(err.toString()).startsWith("error: can't write the metrics to").hasLineCount(1);
    err.getBuffer().setLength(0);
    assertThat(run("--stacktrace", "quickstart", "--batch-size", "0")).isEqualTo(1);
    assertThat(err.toString())
        .contains("effective_batch_size=0 must be at least 1", "TrainingLoopBuilder.build");
  }

  @Test
  void helpShowsTheDefaults() {
    assertThat(run("quickstart", "--help")).isZero();
    assertThat(out.toString()).contains("--epochs", "Default: 10", "handwritten digits");
  }

  @Test
  void thePluginIsAddedToTheUsersOwn() {
    String ours = "io.ostinato.spark.plugin.OstinatoPlugin";
    assertThat(Sessions.withPlugin("")).isEqualTo(ours);
    assertThat(Sessions.withPlugin("a.B")).isEqualTo("a.B," + ours);
    assertThat(Sessions.withPlugin("a.B," + ours)).isEqualTo("a.B," + ours);
  }

  private List<JsonObject> quickstart(String name, String... options) throws IOException {
    Path output = folder.resolve(name);
    List<String> args = new ArrayList<>(List.of("quickstart", "--output", output.toString()));
    args.addAll(List.of(options));
    assertThat(run(args.toArray(String[]::new))).as(err.toString()).isZero();
    try (Stream<String> lines = Files.lines(onlyRunIn(output).resolve("metrics.jsonl"))) {
      return lines.map(line -> JsonParser.parseString(line).getAsJsonObject()).toList();
    }
  }

  private static List<JsonObject> evaluations(List<JsonObject> records) {
    return records.stream()
        .filter(record -> record.getAsJsonObject("metrics").has("accuracy/test"))
        .toList();
  }

  /** All that doesn't depend on the speed of the machine. */
  private static List<JsonObject> metricsOf(List<JsonObject> records) {
    List<JsonObject> metrics = new ArrayList<>();
    for (JsonObject record : records) {
      JsonObject copy = record.getAsJsonObject("metrics").deepCopy();
      record.getAsJsonObject("metrics").keySet().stream()
          .filter(key -> key.startsWith("train_time/"))
          .forEach(copy::remove);
      metrics.add(copy);
    }
    return metrics;
  }

  private static Path onlyRunIn(Path output) throws IOException {
    try (Stream<Path> runs = Files.list(output)) {
      List<Path> all = runs.toList();
      assertThat(all).hasSize(1);
      return all.get(0);
    }
  }

  private int run(String... args) {
    return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
  }
}
