package io.ostinato.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.ostinato.callback.DataIteratorConfig;
import io.ostinato.describe.Kinds;
import io.ostinato.jobs.model.Architecture;
import io.ostinato.metric.Metric;
import io.ostinato.training.TrainingLoopBuilder;
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
            "log_loss/test",
            "loss/online/softmax_cross_entropy/E1",
            "optim/lr/all",
            "train_time/forward/mean/E1");
    assertThat(last.get("accuracy/test").getAsDouble()).isBetween(0.93, 1.0);
    assertThat(last.get("log_loss/test").getAsDouble()).isBetween(0.0, 0.4);
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
    assertThat(Files.readString(run.resolve("report.html")))
        .contains("\"reason\":\"reached its length of 3 epochs\"")
        .contains("\"checkpoint\":\"best_model.accuracy.test\"")
        .contains("\"Spark\":\"" + org.apache.spark.package$.MODULE$.SPARK_VERSION() + "\"");
    assertThat(JsonParser.parseString(Files.readString(run.resolve("summary.json"))))
        .extracting(json -> json.getAsJsonObject().getAsJsonObject("accuracy/test").keySet())
        .isEqualTo(Set.of("last", "best"));
    assertThat(out.toString()).containsPattern("(?m)^accuracy/test +0\\.\\d+ +0\\.\\d+ +E\\d_U");
  }

  @Test
  void aResumedQuickstartGoesOnAsIfItHadNotStopped() throws IOException {
    List<JsonObject> whole = evaluations(quickstart("whole", "--epochs", "4"));
    quickstart("parts", "--epochs", "2");
    String runId = onlyRunIn(folder.resolve("parts")).getFileName().toString();
    List<JsonObject> parts = evaluations(quickstart("parts", "--epochs", "4", "--resume", runId));
    assertThat(parts).hasSize(4);
    assertThat(metricsOf(parts)).isEqualTo(metricsOf(whole));
    assertThat(run("quickstart", "--resume", "gone", "--output", folder.toString())).isEqualTo(2);
    assertThat(err.toString())
        .contains("--set resume=gone: run 'gone' has no checkpoint to resume from");
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
        .contains("Training ended early: accuracy/test has not improved on 0.");
  }

  @Test
  void quickstartPrintsItsCommandALinePerEvaluationATableAndTheCommandToTrainAgain()
      throws IOException {
    assertThat(run("quickstart", "--epochs", "2", "--output", folder.toString())).isZero();
    Path file = folder.resolve("run.yaml");
    List<String> lines = out.toString().lines().toList();
    String values = " +(\\S+ \\d+\\.\\d+  )*accuracy/test 0\\.\\d+  log_loss/test \\d+\\.\\d+.*";
    assertThat(lines.get(0)).isEqualTo("train %s --set length.epochs=2".formatted(file));
    assertThat(lines).anyMatch(line -> line.matches("E1_U22_S1408" + values));
    assertThat(lines).anyMatch(line -> line.matches("E2_U44_S2816" + values));
    assertThat(lines).anyMatch(line -> line.matches("metric +last +best +at *"));
    assertThat(lines)
        .anyMatch(line -> line.matches("accuracy/test +0\\.\\d+ +0\\.\\d+ +E\\d_U\\d+_S\\d+ *"));
    assertThat(lines.subList(lines.size() - 3, lines.size()))
        .containsExactly(
            "The files of this run are in " + onlyRunIn(folder),
            "To train again, edit run.yaml or a copy of it and run",
            "  spark-submit --class io.ostinato.jobs.Main ostinato-jobs.jar train " + file);
  }

  @Test
  void trainOnTheFileOfQuickstartDoesTheSame() throws IOException {
    List<JsonObject> quick = evaluations(quickstart("here", "--epochs", "2"));
    Path file = folder.resolve("here").resolve("run.yaml");
    String[] train = {
      "train", file.toString(), "--set", "length.epochs=2", "--set", "run_id=again"
    };
    assertThat(run(train)).as(err.toString()).isZero();
    assertThat(metricsOf(evaluations(records(folder.resolve("here/again")))))
        .isEqualTo(metricsOf(quick))
        .hasSize(2);
  }

  @Test
  void anEditedFileIsTrainedAsItIsAndOverriddenBySet() throws IOException {
    quickstart(
        "run",
        "--epochs",
        "1",
        "--set",
        "run_id=first",
        "--set",
        "trackers=[]",
        "--set",
        "report=false");
    Path file = folder.resolve("run/run.yaml");
    Files.writeString(file, Files.readString(file).replace("epochs: 10", "epochs: 2"));
    String output = folder.resolve("run").toString();
    assertThat(run("quickstart", "--output", output, "--set", "run_id=second")).isZero();
    assertThat(evaluations(records(folder.resolve("run/first")))).hasSize(1);
    assertThat(folder.resolve("run/first/tensorboard")).doesNotExist();
    assertThat(folder.resolve("run/first/report.html")).doesNotExist();
    assertThat(folder.resolve("run/second/report.html")).exists();
    assertThat(evaluations(records(folder.resolve("run/second")))).hasSize(2);
    Files.writeString(file, Files.readString(file).replace("seed: 1", "sede: 1"));
    assertThat(run("quickstart", "--output", output)).isEqualTo(2);
    assertThat(told())
        .singleElement()
        .asString()
        .matches(".*run\\.yaml:\\d+: unknown key 'sede'; did you mean 'seed'\\?");
  }

  @Test
  void wrongUsageIsOneLineAndWhereTheHelpIs() {
    assertThat(run("evaluate", "--data", "a.parquet")).isEqualTo(2);
    assertThat(told())
        .containsExactly(
            "Missing required option: '--model=<file>' or '--pipeline=<folder>'",
            "Try 'ostinato evaluate --help'.");
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
          .startsWith("missing command; for example: ostinato evaluate --help")
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
            new String[] {"watch", "-V"},
            new String[] {"report", "--version"})) {
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
    assertThat(told()).singleElement().asString().startsWith("error: can't write '" + file);
    assertThat(run("--stacktrace", "quickstart", "--output", file.toString())).isEqualTo(1);
    assertThat(told())
        .anyMatch(line -> line.startsWith("error: can't write '" + file))
        .anyMatch(line -> line.startsWith("\tat ") && line.contains("QuickstartCommand.call"));
    String[] wrong = {
      "quickstart", "--batch-size", "0", "--output", folder.resolve("x").toString()
    };
    assertThat(run(wrong)).isEqualTo(2);
    assertThat(told())
        .singleElement()
        .asString()
        .contains("--set effective_batch_size=0: ", "must be at least 1");
  }

  @Test
  void helpShowsTheDefaults() {
    assertThat(run("quickstart", "--help")).isZero();
    assertThat(out.toString()).contains("--epochs", "handwritten digits");
    assertThat(out.toString().lines().map(String::strip))
        .containsSubsequence("Default: 64", "Default: 10", "Default: runs", "Default: 5")
        .contains("Default: 1");
  }

  @Test
  void helpHasTheKindsAndDefaultsOfConfigurations() {
    assertThat(run("watch", "--help")).isZero();
    assertThat(out.toString().replaceAll("\\s+", " "))
        .contains(
            String.join(", ", Kinds.of(Metric.class).names())
                + ", or the name of a class that implements Metric.",
            String.join(", ", Kinds.of(Architecture.class).names()) + ", the name of a class",
            "Default: " + DataIteratorConfig.DEFAULT_BATCH_SIZE + ".",
            "such as accuracy/test. Default: " + DataIteratorConfig.DEFAULT_DATASET + ".",
            "listings of the folder. Default: 10s.",
            "Hadoop supports. Default: " + TrainingLoopBuilder.DEFAULT_OUTPUT + ".");
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
    return records(onlyRunIn(output));
  }

  private static List<JsonObject> records(Path run) throws IOException {
    try (Stream<String> lines = Files.lines(run.resolve("metrics.jsonl"))) {
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
      List<Path> all = runs.filter(run -> Files.exists(run.resolve("metrics.jsonl"))).toList();
      assertThat(all).hasSize(1);
      return all.get(0);
    }
  }

  private int run(String... args) {
    return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
  }
}
