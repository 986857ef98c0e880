package io.ostinato.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
    List<JsonObject> first = quickstart("first");
    List<JsonObject> second = quickstart("second");
    assertThat(first.stream().map(record -> record.get("iteration").getAsString()))
        .containsExactlyElementsOf(
            IntStream.rangeClosed(1, 10)
                .mapToObj(epoch -> "E%d_U%d_S%d".formatted(epoch, 22 * epoch, 22 * 64 * epoch))
                .toList());
    JsonObject last = first.get(9).getAsJsonObject("metrics");
    assertThat(last.keySet()).containsExactly("accuracy/test", "loss/test");
    assertThat(last.get("accuracy/test").getAsDouble()).isBetween(0.93, 1.0);
    assertThat(last.get("loss/test").getAsDouble()).isBetween(0.0, 0.4);
    assertThat(metricsOf(second)).isEqualTo(metricsOf(first));
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
  void wrongUsageAndFailuresHaveTheirExitCodesAndOneLine() throws IOException {
    assertThat(run("quickstart", "--epoch", "2")).isEqualTo(2);
    assertThat(err.toString()).contains("Unknown options: '--epoch', '2'", "--epochs");
    assertThat(run()).isEqualTo(2);
    err.getBuffer().setLength(0);
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

  private List<JsonObject> quickstart(String name) throws IOException {
    Path output = folder.resolve(name);
    assertThat(run("quickstart", "--output", output.toString())).as(err.toString()).isZero();
    try (Stream<String> lines = Files.lines(onlyRunIn(output).resolve("metrics.jsonl"))) {
      return lines.map(line -> JsonParser.parseString(line).getAsJsonObject()).toList();
    }
  }

  private static List<JsonObject> metricsOf(List<JsonObject> records) {
    return records.stream().map(record -> record.getAsJsonObject("metrics")).toList();
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
