package io.ostinato.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.ostinato.spark.TestSpark;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Local files that can't grow any more, in processes whose files the system keeps small. */
@Tag("spark35")
@EnabledOnOs(OS.LINUX)
class FileLimitIT {
  private static final int BLOCK_BYTES = 512; // of ulimit, by POSIX
  private static final int BLOCKS = 40;
  private static final String TOO_LARGE = "File too large";

  @TempDir static Path shared;
  private static Path data = Path.of("");
  @TempDir Path folder;

  @BeforeAll
  static void writeData() throws IOException {
    Path parquet = shared.resolve("images.parquet"); // whose library wants a file of its own
    data = shared.resolve("images.json");
    try (SparkSession spark = TestSpark.local(Map.of())) {
      TorchFixtures.writeImages(spark, parquet);
      spark.read().parquet(parquet.toString()).coalesce(1).write().json(data.toString());
    }
  }

  @Test
  void aLineThatDoesntFitIsTakenBackAndTheNextWatchEvaluatesItsCheckpoint() throws Exception {
    Path checkpoints = Files.createDirectories(folder.resolve("net"));
    WatchLines.write(checkpoints, 1, "a");
    Path run = Files.createDirectories(folder.resolve("runs").resolve("run"));
    Path metrics = run.resolve("metrics.jsonl");
    String earlier = skipped(BLOCKS * BLOCK_BYTES - 100);
    Files.writeString(metrics, earlier);
    List<String> watch =
        WatchLines.options(
            data, checkpoints.toString(), folder.resolve("runs").toString(), "--once");
    assertFails(watch, "error: can't write '" + metrics + "': " + TOO_LARGE);
    assertThat(metrics).hasContent(earlier);
    assertThat(WatchLines.fileNames(run.resolve("checkpoints"))).isEmpty();
    StringWriter err = new StringWriter();
    assertThat(
            Main.run(
                new PrintWriter(new StringWriter()),
                new PrintWriter(err, true),
                watch.toArray(String[]::new)))
        .as(err.toString())
        .isZero();
    List<JsonObject> lines = WatchLines.of(metrics);
    assertThat(lines).hasSize(2);
    assertThat(WatchLines.names(lines, "evaluated")).containsExactly(WatchLines.name(1));
  }

  @Test
  void aTrainingWhoseWeightsDontFitKeepsItsMetricsAndLeavesNoPartOfThem() throws Exception {
    Path file = folder.resolve("run.yaml");
    Files.writeString(
        file,
        """
        model: {kind: mlp, input_shape: [1, 5, 5], hidden: [512], outputs: 3}
        datasets:
          train:
            path: %s
            columns: {x: {column: image, shape: [1, 5, 5]}, class: {column: label, type: int64}}
        length: {epochs: 1}
        effective_batch_size: 8
        seed: 1
        run_id: run
        callbacks: [{kind: checkpoint}]
        output: %s
        """
            .formatted(data, folder));
    Path run = folder.resolve("run");
    assertFails(
        List.of("train", file.toString()), "error: can't write '" + run.resolve("checkpoints"));
    assertThat(WatchLines.of(run.resolve("metrics.jsonl"))).isNotEmpty();
    try (Stream<Path> files = Files.walk(run)) {
      assertThat(files.filter(Files::isRegularFile).map(each -> each.getFileName().toString()))
          .allMatch(
              name ->
                  List.of("config.yaml", "run.json", "metrics.jsonl", "summary.json").contains(name)
                      || name.contains("tfevents"));
    }
  }

  private static void assertFails(List<String> arguments, String error) throws Exception {
    List<String> command =
        new ArrayList<>(List.of("/bin/sh", "-c", "ulimit -f " + BLOCKS + "; exec \"$@\"", "sh"));
    command.addAll(MainProcess.command(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said;
    try (InputStream in = process.getInputStream()) {
      said = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    assertThat(process.waitFor()).as(said).isEqualTo(1);
    assertThat(said.lines().filter(line -> line.startsWith("error: ")))
        .as(said)
        .hasSize(1)
        .allMatch(line -> line.startsWith(error) && line.contains(TOO_LARGE));
    assertThat(said).doesNotContain("\tat io.ostinato");
  }

  /** A file of one line, of that many bytes. */
  private static String skipped(int bytes) {
    String start =
        "{\"iteration\":\"E0_U1_S0\",\"epoch\":0,\"update\":1,\"sample\":0,"
            + "\"time\":\"2026-11-24T12:00:00Z\",\"metrics\":{},\"checkpoint\":{\"name\":\"x.pt\","
            + "\"bytes\":1,\"modified\":\"2026-11-24T12:00:00Z\"},\"outcome\":\"skipped\",\"reason\":\"";
    String end = "\"}\n";
    return start + "-".repeat(bytes - start.length() - end.length()) + end;
  }
}
