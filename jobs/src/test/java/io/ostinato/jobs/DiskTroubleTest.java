package io.ostinato.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.ostinato.spark.TestSpark;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every command on a disk that is full, and on folders that may not be read. */
class DiskTroubleTest {
  private static final String SPARK = "spark.hadoop.";
  private static final String FULL =
      "No space left on device; free some space there and run it again";
  private static final String CLOSED = "Permission denied: user=ann";

  /**
   * By how much two runs that do the same may differ in what they write: their times and how long
   * they took have not always as many digits.
   */
  private static final long DIGITS_BYTES = 40;

  @TempDir static Path shared;
  private static String data = "";
  private static Path model = Path.of("");

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir Path folder;

  @BeforeAll
  static void writeFilesAndPlugTheDiskIn() throws IOException {
    data = TestDisk.of(shared.resolve("images.parquet"));
    model = TorchFixtures.module("batchnorm-a.pt", shared.resolve("E5_U110_S7040.pt"));
    try (SparkSession spark = TestSpark.local(Map.of())) {
      TorchFixtures.writeImages(spark, shared.resolve("images.parquet"));
    }
    TestDisk.settings().forEach((key, value) -> System.setProperty(SPARK + key, value));
  }

  @AfterAll
  static void unplugTheDisk() {
    TestDisk.settings().keySet().forEach(key -> System.clearProperty(SPARK + key));
  }

  @AfterEach
  void repairTheDisk() {
    TestDisk.repair();
  }

  @Test
  void aDatasetOrModelThatMayNotBeReadIsOneLine() {
    TestDisk.close(shared.resolve("images.parquet"));
    assertThat(evaluate()).isEqualTo(1);
    assertError("can't read '" + data + "' as parquet: " + CLOSED);
    TestDisk.repair();
    TestDisk.close(shared);
    assertThat(evaluate()).isEqualTo(1);
    assertError("can't read '" + data + "' as parquet: " + CLOSED);
    TestDisk.repair();
    TestDisk.close(model);
    assertThat(evaluate()).isEqualTo(1);
    assertError("can't read '" + TestDisk.of(model) + "': " + CLOSED);
    TestDisk.failsLikeALocalOne();
    assertThat(evaluate()).isEqualTo(1);
    assertError("can't read '" + TestDisk.of(model) + "': Permission denied; this user needs");
  }

  @Test
  void predictionsThatDontFitLeaveNothing() throws IOException {
    Path predictions = folder.resolve("out.parquet");
    TestDisk.hasRoomFor(1_000_000);
    assertThat(evaluate("--predictions", TestDisk.of(predictions))).as(err.toString()).isZero();
    long bytes = 1_000_000 - TestDisk.room();
    for (long room : List.of(0L, bytes / 4, bytes * 3 / 4)) {
      if (room > 0) {
        TestDisk.failsLikeALocalOne();
      }
      TestDisk.hasRoomFor(room);
      Path full = folder.resolve("full-" + room + ".parquet");
      assertThat(evaluate("--predictions", TestDisk.of(full))).as("%s bytes", room).isEqualTo(1);
      assertError(FULL, TestDisk.of(full));
      assertThat(WatchLines.fileNames(folder)).containsExactly("out.parquet");
    }
  }

  @Test
  void metricsThatCantBeKeptAreToldAndLeaveNothing() throws IOException {
    Path runs = Files.createDirectories(folder.resolve("runs"));
    TestDisk.hasRoomFor(1_000_000);
    assertThat(evaluate("--no-report", "--output", TestDisk.of(runs))).as(err.toString()).isZero();
    long bytes = 1_000_000 - TestDisk.room();
    for (long room : List.of(0L, bytes / 2, bytes - DIGITS_BYTES)) {
      out.getBuffer().setLength(0);
      TestDisk.hasRoomFor(room);
      TestDisk.failsLikeALocalOne();
      assertThat(evaluate("--output", TestDisk.of(runs))).as("%s bytes", room).isEqualTo(1);
      assertError(FULL, TestDisk.of(runs));
      assertThat(out.toString()).contains("accuracy").doesNotContain("are in");
      assertThat(WatchLines.fileNames(runs)).as("%s bytes", room).hasSize(1);
    }
  }

  @Test
  void aReportThatDoesntFitIsMissingAlone() throws IOException {
    Path runs = Files.createDirectories(folder.resolve("runs"));
    TestDisk.hasRoomFor(20_000);
    assertThat(evaluate("--output", TestDisk.of(runs))).as(err.toString()).isZero();
    Path run = runs.resolve(WatchLines.fileNames(runs).get(0));
    assertThat(WatchLines.fileNames(run))
        .contains("metrics.jsonl", "summary.json", "evaluation.json", "run.json")
        .doesNotContain("report.html");
  }

  @Test
  void aFolderOfCheckpointsThatMayNotBeReadIsOneLine() throws IOException {
    Path checkpoints = Files.createDirectories(folder.resolve("net"));
    TestDisk.close(checkpoints);
    assertThat(watch(checkpoints)).isEqualTo(1);
    assertError(
        "can't read the folder --checkpoints '" + TestDisk.of(checkpoints) + "': " + CLOSED);
    assertThat(WatchLines.fileNames(folder)).containsExactly("net");
  }

  @Test
  void aWatchOnAFullDiskGoesOnWhenThereIsRoomAgain() throws IOException {
    Path checkpoints = Files.createDirectories(folder.resolve("net"));
    for (int n = 1; n <= 3; n++) {
      WatchLines.write(checkpoints, n, n == 2 ? "b" : "a");
    }
    Path run = folder.resolve("runs").resolve("run");
    for (long room : List.of(0L, 600L, 21_900L)) {
      TestDisk.hasRoomFor(room);
      assertThat(watch(checkpoints)).as("%s bytes", room).isEqualTo(1);
      assertError(FULL, TestDisk.of(run));
      assertThat(temporary(run)).as("%s bytes", room).isEmpty();
    }
    TestDisk.repair();
    assertThat(watch(checkpoints)).as(err.toString()).isZero();
    assertThat(watch(checkpoints)).as(err.toString()).isZero();
    List<JsonObject> lines = WatchLines.of(run.resolve("metrics.jsonl"));
    assertThat(lines).hasSize(3);
    assertThat(WatchLines.names(lines, "evaluated"))
        .containsExactly(WatchLines.name(1), WatchLines.name(2), WatchLines.name(3));
    assertThat(WatchLines.fileNames(run)).contains("checkpoints", "summary.json");
  }

  @Test
  void dataThatMayNotBeReadWhenAWatchComesToItIsNotTheCheckpointsFault() throws IOException {
    Path checkpoints = Files.createDirectories(folder.resolve("net"));
    WatchLines.write(checkpoints, 1, "a");
    assertThat(
            watch(
                checkpoints,
                "--sql",
                "SELECT image, IF(label = 2, raise_error('unreadable'), label) AS label"
                    + " FROM {data}"))
        .isEqualTo(1);
    assertThat(err.toString())
        .hasLineCount(1)
        .startsWith("error: can't read")
        .contains("unreadable");
    assertThat(WatchLines.of(folder.resolve("runs/run/metrics.jsonl"))).isEmpty();
  }

  @Test
  void aTrainingWhoseCheckpointsDontFitLeavesWhatItHas() throws IOException {
    Path checkpoints = folder.resolve("elsewhere");
    TestDisk.hasRoomFor(1_000);
    assertThat(train("checkpoints: " + TestDisk.of(checkpoints), "output: " + folder)).isEqualTo(1);
    assertError(FULL, TestDisk.of(checkpoints));
    assertThat(temporary(checkpoints)).isEmpty();
    assertThat(temporary(folder)).isEmpty();
    assertThat(WatchLines.fileNames(checkpoints.resolve("run"))).isEmpty();
    assertThat(WatchLines.of(folder.resolve("run/metrics.jsonl"))).isNotEmpty();
  }

  @Test
  void whatMayNotBeReadForATrainingIsToldWithItsLine() throws IOException {
    TestDisk.close(shared.resolve("images.parquet"));
    assertThat(train("output: " + folder.resolve("runs"))).isEqualTo(2);
    assertThat(err.toString()).hasLineCount(1).contains("run.yaml:", CLOSED, data);
    assertThat(folder.resolve("runs")).doesNotExist();
  }

  @Test
  void aConfigurationIsReadWithTheSettingsThatSparkWillHave() throws IOException {
    Path file = Files.writeString(folder.resolve("run.yaml"), "seed: x");
    assertThat(run(List.of("train", TestDisk.of(file)))).isEqualTo(2);
    assertThat(err.toString()).contains(TestDisk.of(file) + ":1: 'seed' must be a whole number");
    TestDisk.close(file);
    assertThat(run(List.of("train", TestDisk.of(file)))).isEqualTo(2);
    assertThat(err.toString()).startsWith("can't read '" + TestDisk.of(file) + "': " + CLOSED);
  }

  private int evaluate(String... more) {
    List<String> options =
        new ArrayList<>(
            List.of(
                "evaluate",
                "--model",
                TestDisk.of(model),
                "--data",
                data,
                "--input",
                "image:float32:1,5,5",
                "--label",
                "label:int64",
                "--metric",
                "accuracy"));
    options.addAll(List.of(more));
    return run(options);
  }

  private int watch(Path checkpoints, String... more) {
    List<String> options =
        WatchLines.options(
            shared.resolve("images.parquet"),
            TestDisk.of(checkpoints),
            TestDisk.of(folder.resolve("runs")),
            more);
    options.add("--once");
    return run(options);
  }

  private int train(String... more) throws IOException {
    String yaml =
        """
        model: {kind: mlp, input_shape: [1, 5, 5], hidden: [64], outputs: 3}
        datasets:
          train:
            path: DATA
            columns: {x: {column: image, shape: [1, 5, 5]}, class: {column: label, type: int64}}
        length: {epochs: 1}
        effective_batch_size: 8
        seed: 1
        run_id: run
        callbacks: [{kind: checkpoint}]
        """;
    Path file = folder.resolve("run.yaml");
    Files.writeString(file, yaml.replace("DATA", data) + String.join("\n", more) + "\n");
    int code = run(List.of("train", file.toString()));
    Files.delete(file);
    return code;
  }

  private int run(List<String> options) {
    err.getBuffer().setLength(0);
    return Main.run(
        new PrintWriter(out, true), new PrintWriter(err, true), options.toArray(String[]::new));
  }

  private void assertError(String... parts) {
    assertThat(err.toString()).hasLineCount(1).startsWith("error: ").contains(parts);
    assertThat(err.toString()).doesNotContain("Exception", "/.", "file:");
  }

  /** What is neither a file of a run nor a folder, at any depth. */
  private static List<String> temporary(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> file.getFileName().toString())
          .filter(name -> name.matches("\\..*|.*\\.(tmp|next).*"))
          .toList();
    }
  }
}
