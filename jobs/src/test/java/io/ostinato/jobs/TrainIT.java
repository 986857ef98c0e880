package io.ostinato.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.ostinato.spark.TestSpark;
import io.ostinato.spark.storage.HadoopRunFiles;
import io.ostinato.spark.storage.MiniDfs;
import io.ostinato.storage.LocalRunFiles;
import io.ostinato.storage.RunFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trainings whose output is in HDFS. */
@Tag("spark35")
class TrainIT {
  private static final String YAML =
      """
      model: {kind: mlp, input_shape: [1, 5, 5], hidden: [16], outputs: 3}
      datasets:
        train:
          path: DATA
          columns: {x: {column: image, shape: [1, 5, 5]}, class: {column: label, type: int64}}
        evaluations:
          test:
            path: DATA
            columns: {x: {column: image, shape: [1, 5, 5]}, class: {column: label, type: int64}}
      length: {epochs: 12}
      effective_batch_size: 8
      seed: 1
      default_callbacks: false
      callbacks:
        - {kind: metric, every_n_epochs: 1, dataset_key: test, metrics: [accuracy, cross_entropy]}
        - {kind: online_loss, every_n_updates: 1}
        - {kind: checkpoint, every_n_epochs: 1}
        - {kind: best_checkpoint, metric: accuracy/test}
      """;

  @TempDir static Path shared;
  private static MiniDfs dfs;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir Path folder;
  private Path file = Path.of("run.yaml");
  private String output = "";

  @BeforeAll
  static void writeData() throws IOException {
    dfs = new MiniDfs(shared.resolve("dfs"));
    try (SparkSession spark = TestSpark.local(Map.of())) {
      TorchFixtures.writeImages(spark, shared.resolve("images.parquet"));
    }
  }

  @AfterAll
  static void stopHdfs() {
    dfs.close();
  }

  @BeforeEach
  void writeConfiguration() throws IOException {
    output = dfs.newFolder();
    file =
        Files.writeString(
            folder.resolve("run.yaml"),
            YAML.replace("DATA", shared.resolve("images.parquet").toString()));
  }

  @Test
  void aKilledAndResumedTrainingLeavesTheFilesOfALocalOneThatWasNot() throws Exception {
    RunFiles run = HadoopRunFiles.in(output, dfs.configuration()).folder("run");
    RunFiles checkpoints = run.folder("checkpoints");
    Process killed = start(Map.of(), "output=" + output, "run_id=run");
    while (!checkpoints.exists("latest") || run.lines("metrics.jsonl").size() < 20) {
      assertThat(killed.waitFor(20, TimeUnit.MILLISECONDS)).as(log()).isFalse();
    }
    killed.destroyForcibly().waitFor();
    List<String> logged = run.lines("metrics.jsonl");
    assertThat(run.exists("summary.json")).as("it was killed before its end").isFalse();
    abandon("run/.tmp-killed", "run/checkpoints/.tmp-killed");
    checkpoints.write("E9_U9_S9.safetensors.next", out -> out.write(1));

    assertThat(start(Map.of(), "output=" + output, "resume=run").waitFor()).as(log()).isZero();
    assertThat(start(Map.of(), "output=" + folder.resolve("runs"), "run_id=run").waitFor())
        .as(log())
        .isZero();
    RunFiles local = LocalRunFiles.in(folder.resolve("runs")).folder("run");
    assertThat(withoutTime(run.lines("metrics.jsonl")))
        .isEqualTo(withoutTime(local.lines("metrics.jsonl")))
        .startsWith(withoutTime(logged.subList(0, 1)).get(0));
    assertThat(run.text("metrics.jsonl").lines().toList()).isEqualTo(run.lines("metrics.jsonl"));
    assertThat(bytes(run, "summary.json")).isEqualTo(bytes(local, "summary.json"));
    assertThat(run.list())
        .filteredOn(name -> !name.contains(".superseded-"))
        .isEqualTo(local.list())
        .contains("report.html", "run.json");
    assertThat(run.text("report.html")).contains("\"status\":\"finished\"", "\"resumed\":[\"");
    assertThat(run.folders()).isEqualTo(local.folders());
    assertThat(checkpoints.list()).isEqualTo(local.folder("checkpoints").list());
    for (String name : checkpoints.list()) {
      assertThat(bytes(checkpoints, name))
          .as(name)
          .isEqualTo(bytes(local.folder("checkpoints"), name));
    }
    FileSystem files = FileSystem.get(URI.create(output), dfs.configuration());
    assertThat(files.exists(path("run/.tmp-killed"))).isFalse();
    assertThat(files.exists(path("run/checkpoints/.tmp-killed"))).isFalse();
    String superseded = superseded(run);
    assertThat(
            logged.stream()
                .allMatch(
                    line -> run.lines("metrics.jsonl").contains(line) || superseded.contains(line)))
        .as("nothing that was logged is lost")
        .isTrue();

    List<String> before = run.lines("metrics.jsonl");
    assertThat(train("--set", "output=" + output, "--set", "run_id=run", "--evaluate"))
        .as(err.toString())
        .isZero();
    assertThat(out.toString()).contains(" of run in ", "accuracy/test");
    assertThat(run.lines("metrics.jsonl")).isEqualTo(before);
    assertThat(train("--set", "output=" + output, "--check", "--set", "run_id=run")).isEqualTo(2);
    assertThat(err.toString())
        .hasLineCount(1)
        .contains(
            "--set run_id=run: run 'run' already exists in '"
                + output
                + "/run'; resume it, or choose another run id");
  }

  @Test
  void whatIsWrongWithTheOutputIsToldBeforeTraining() throws Exception {
    assertThat(train("--check", "--set", "output=" + output)).as(err.toString()).isZero();
    assertThat(train("--check", "--set", "output=hdf://name-node/runs")).isEqualTo(2);
    assertThat(err.toString())
        .hasLineCount(1)
        .startsWith(
            "--set output=hdf://name-node/runs: can't open the folder 'hdf://name-node/runs'")
        .contains("hdf")
        .doesNotContain("Exception");
    assertThat(train("--check", "--set", "output=" + output, "--set", "trackers=[tensorboard]"))
        .isEqualTo(2);
    assertThat(err.toString())
        .hasLineCount(1)
        .contains(
            "event files for TensorBoard are written on this machine, and 'output' is '"
                + output
                + "'; give this tracker a local 'folder', or leave it out");
    assertThat(
            train(
                "--check",
                "--set",
                "output=" + output,
                "--set",
                "trackers=[{kind: tensorboard, folder: %s}]".formatted(folder)))
        .as(err.toString())
        .isZero();
    assertThat(train("--set", "output=" + output, "--set", "run_id=gone", "--evaluate"))
        .isEqualTo(2);
    assertThat(err.toString())
        .contains("--evaluate latest: there is no run 'gone' in '" + output + "'; there are: none");

    FileSystem.get(URI.create(output), dfs.configuration()).mkdirs(path("."));
    String[] unreadable = {"output=" + output, "datasets.train.path=/gone"};
    assertThat(start(Map.of("HADOOP_USER_NAME", "ann"), unreadable).waitFor())
        .as("before the data is read: " + log())
        .isEqualTo(1);
    assertThat(log().lines().filter(line -> line.startsWith("error: ")))
        .singleElement()
        .asString()
        .contains("can't write '" + output, "Permission denied: user=ann", "needs access to it");
  }

  @Test
  void aSecondSignalEndsATrainingWhoseEvaluationHangsInSpark() throws Exception {
    Path hangs = folder.resolve("hangs");
    Process process =
        start(
            Map.of(),
            "output=" + folder.resolve("runs"),
            "run_id=run",
            "callbacks.4={kind: metric, every_n_epochs: 2, metrics: [%s]}"
                .formatted(OddMetric.hanging(hangs)));
    while (!Files.exists(hangs)) {
      assertThat(process.waitFor(20, TimeUnit.MILLISECONDS)).as(log()).isFalse();
    }
    process.destroy();
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
    while (!process.waitFor(100, TimeUnit.MILLISECONDS)) {
      assertThat(System.nanoTime()).as("it ends at another signal: %s", log()).isLessThan(end);
      process.destroy();
    }
    assertThat(process.exitValue()).isEqualTo(128 + 15);
    RunFiles run = LocalRunFiles.in(folder.resolve("runs")).folder("run");
    assertThat(run.lines("metrics.jsonl").stream().filter(line -> line.contains("accuracy/test")))
        .as("what was measured before")
        .hasSize(1);
    assertThat(run.folder("checkpoints").exists("latest")).isTrue();
  }

  private void abandon(String... names) throws IOException {
    FileSystem files = FileSystem.get(URI.create(output), dfs.configuration());
    for (String name : names) {
      files.create(path(name)).close();
    }
  }

  private org.apache.hadoop.fs.Path path(String name) {
    return new org.apache.hadoop.fs.Path(output, name);
  }

  private static String superseded(RunFiles run) {
    StringBuilder text = new StringBuilder();
    run.list().stream()
        .filter(name -> name.startsWith("metrics.superseded-"))
        .forEach(name -> text.append(run.text(name)));
    return text.toString();
  }

  private static List<String> withoutTime(List<String> lines) {
    List<String> records = new ArrayList<>();
    for (String line : lines) {
      JsonObject record = JsonParser.parseString(line).getAsJsonObject();
      record.remove("time");
      records.add(record.toString());
    }
    return records;
  }

  private static byte[] bytes(RunFiles files, String name) throws IOException {
    try (InputStream in = files.read(name)) {
      return in.readAllBytes();
    }
  }

  private int train(String... options) {
    List<String> arguments = new ArrayList<>(List.of("train", file.toString()));
    arguments.addAll(List.of(options));
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return Main.run(
        new PrintWriter(out, true), new PrintWriter(err, true), arguments.toArray(String[]::new));
  }

  private Process start(Map<String, String> environment, String... overrides) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("train", file.toString()));
    List.of(overrides).forEach(override -> arguments.addAll(List.of("--set", override)));
    List<String> command = MainProcess.command(arguments);
    command.add(
        1,
        "-Dspark.hadoop.%s=%s"
            .formatted(MiniDfs.QUICK_WRITES.getKey(), MiniDfs.QUICK_WRITES.getValue()));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()));
    builder.environment().putAll(environment);
    return builder.start();
  }

  private String log() throws IOException {
    return Files.readString(folder.resolve("log"));
  }
}
