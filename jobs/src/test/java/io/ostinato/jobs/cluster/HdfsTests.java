package io.ostinato.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.ostinato.jobs.OnnxFixtures;
import io.ostinato.jobs.TorchFixtures;
import io.ostinato.jobs.WatchLines;
import io.ostinato.spark.storage.MiniDfs;
import io.ostinato.weights.WeightSnapshot;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.ResourceLockTarget;

/** With files in HDFS, and on a cluster whose workers die. */
@ResourceLock(
    value = StandaloneIT.WORKERS,
    mode = ResourceAccessMode.READ,
    target = ResourceLockTarget.CHILDREN)
abstract class HdfsTests {
  private static StandaloneCluster cluster;
  private static MiniDfs dfs;
  private static String root;
  @TempDir private static Path folder;

  @BeforeAll
  static void start() throws IOException {
    dfs = new MiniDfs(folder.resolve("dfs"));
    root = dfs.newFolder();
    copyToHdfs(StandaloneIT.images(), "images.parquet");
    cluster = StandaloneIT.cluster();
  }

  @AfterAll
  static void stop() {
    dfs.close();
  }

  @Tag("spark35")
  @Test
  void evaluateReadsModelAndDataFromHdfs() throws IOException, InterruptedException {
    copyToHdfs(TorchFixtures.module("batchnorm-a.pt", folder.resolve("a.pt")), "a.pt");
    double torch = WatchLines.crossEntropy("a");
    assertThat(crossEntropy("evaluate", List.of(), "a.pt")).isCloseTo(torch, within(1e-6 * torch));
  }

  @Tag("spark35")
  @Test
  void onnxModelsAreEvaluatedByTheEngineThatPackagesBring()
      throws IOException, InterruptedException {
    WeightSnapshot weights = OnnxFixtures.weights(1);
    copyToHdfs(Files.write(folder.resolve("a.onnx"), OnnxFixtures.mlp(weights)), "a.onnx");
    Path repository = Files.createDirectories(folder.resolve("repository"));
    List<String> packages =
        List.of(
            "--packages",
            "ai.djl.onnxruntime:onnxruntime-engine:" + Engine.getDjlVersion(),
            "--exclude-packages",
            "ai.djl:api",
            "--conf",
            "spark.jars.ivySettings=" + LocalRepository.settings(repository),
            "--conf",
            "spark.jars.ivy=" + folder.resolve("ivy"));
    double onnx = crossEntropy("onnx", packages, "a.onnx");
    double torch = WatchLines.crossEntropy(OnnxFixtures.outputs(weights));
    assertThat(onnx).isCloseTo(torch, within(1e-6 * torch));
  }

  private static double crossEntropy(String name, List<String> settings, String model)
      throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(settings);
    arguments.addAll(arguments(evaluate(model)));
    JavaProcess evaluate = cluster.submit(name, arguments);
    assertThat(evaluate.join()).as(evaluate.err()).isZero();
    JsonObject report = JsonParser.parseString(lastLine(evaluate.out())).getAsJsonObject();
    assertThat(report.get("rows").getAsInt()).isEqualTo(TorchFixtures.ROWS);
    return report.getAsJsonObject("metrics").get("cross_entropy").getAsDouble();
  }

  /** What is before it is that of spark-submit, where it looks for packages. */
  private static String lastLine(String out) {
    return out.lines().reduce("", (before, line) -> line);
  }

  @Tag("spark35")
  @Test
  void aWrongPathIsOneLineAmongTheLogAndFails() throws IOException, InterruptedException {
    JavaProcess evaluate = cluster.submit("none", arguments(evaluate("none.pt")));
    assertThat(evaluate.join()).isNotZero();
    assertThat(evaluate.out()).isEmpty();
    assertThat(evaluate.err().lines().filter(line -> line.startsWith("error: ")))
        .singleElement()
        .asString()
        .contains("none.pt");
  }

  @Test
  @ResourceLock(StandaloneIT.WORKERS)
  void watchEvaluatesEachCheckpointOnceThoughWorkersDie() throws Exception {
    IntStream.rangeClosed(1, 3).forEach(n -> put(n, "a"));
    List<String> command =
        WatchLines.options(Path.of("images.parquet"), root + "/net", root + "/runs");
    command.set(command.indexOf("images.parquet"), root + "/images.parquet");
    JavaProcess watch = cluster.submit("watch", arguments(command));
    watch.await("a checkpoint", () -> lines().size() >= 1);
    cluster.workers().get(0).kill();
    IntStream.rangeClosed(4, 6).forEach(n -> put(n, "b"));
    cluster.addWorker();
    watch.await("the last checkpoint", () -> lines().size() >= 6);
    watch.terminate();
    assertThat(watch.join()).as(watch.err()).isZero();
    List<JsonObject> lines = lines();
    assertThat(WatchLines.names(lines, "evaluated"))
        .containsExactlyElementsOf(IntStream.rangeClosed(1, 6).mapToObj(WatchLines::name).toList());
    for (int i = 0; i < lines.size(); i++) {
      double torch = WatchLines.crossEntropy(i < 3 ? "a" : "b");
      assertThat(WatchLines.metric(lines.get(i), "cross_entropy/test"))
          .isCloseTo(torch, within(1e-6 * torch));
    }
  }

  @Test
  @ResourceLock(StandaloneIT.WORKERS)
  void trainOutlivesAWorkerAndKeepsItsCheckpointsInHdfs() throws Exception {
    copyToHdfs(Files.writeString(folder.resolve("run.yaml"), runYaml()), "run.yaml");
    JavaProcess train = cluster.submit("train", arguments(List.of("train", root + "/run.yaml")));
    train.await("an evaluation", () -> train.out().contains("accuracy/test"));
    cluster.workers().get(1).kill();
    cluster.addWorker();
    assertThat(train.join()).as(train.err()).isZero();
    List<String> metrics;
    try (Stream<Path> runs = Files.list(folder.resolve("trained"))) {
      metrics = Files.readAllLines(runs.findFirst().orElseThrow().resolve("metrics.jsonl"));
    }
    List<Double> accuracies =
        metrics.stream()
            .map(line -> JsonParser.parseString(line).getAsJsonObject().getAsJsonObject("metrics"))
            .filter(values -> values.has("accuracy/test"))
            .map(values -> values.get("accuracy/test").getAsDouble())
            .toList();
    assertThat(accuracies).hasSize(30);
    assertThat(accuracies.get(29)).isGreaterThan(0.85);
    try (FileSystem files = fileSystem()) {
      assertThat(files.globStatus(path("trained/**/latest*"))).isNotEmpty();
    }
  }

  private static String runYaml() throws IOException {
    Path digits = folder.resolve("digits.csv");
    try (InputStream in =
        HdfsTests.class.getResourceAsStream("/io/ostinato/jobs/quickstart/digits.csv")) {
      Files.copy(in, digits);
    }
    String source =
        """
            {format: text, path: '%s', sql: "SELECT transform(slice(split(value, ','), 1, 64), \
            p -> float(p) / 16) AS pixels, bigint(split(value, ',')[64]) AS label FROM {data}", \
            columns: {x: {column: pixels, shape: [64]}, class: {column: label, type: int64}}}
        """
            .formatted(digits)
            .strip();
    return """
        model: {kind: mlp, input_shape: [64], hidden: [32], outputs: 10}
        datasets:
          train: %s
          evaluations:
            test: %s
        optimizer: {kind: adam, learning_rate: 0.005}
        length: {epochs: 30}
        effective_batch_size: 64
        callbacks:
          - {kind: metric, every_n_epochs: 1, dataset_key: test, metrics: [accuracy]}
          - {kind: checkpoint}
        output: '%s'
        checkpoints: '%s'
        """
        .formatted(source, source, folder.resolve("trained"), root + "/trained");
  }

  private static List<String> evaluate(String model) {
    return List.of(
        "evaluate",
        "--model=" + root + "/" + model,
        "--data=" + root + "/images.parquet",
        "--input=image:float32:1,5,5",
        "--label=label:int64",
        "--metric=cross_entropy",
        "--format=json");
  }

  private static List<String> arguments(List<String> command) {
    List<String> arguments = new ArrayList<>(StandaloneCluster.SETTINGS);
    arguments.addAll(
        List.of(
            "--conf",
            "spark.cores.max=2",
            "--conf",
            "spark.hadoop." + MiniDfs.QUICK_WRITES,
            "--jars",
            "local:" + SparkDistribution.natives(),
            "--class",
            "io.ostinato.jobs.Main",
            SparkDistribution.jar().toString()));
    arguments.addAll(command);
    return arguments;
  }

  private static void put(int n, String letter) {
    try {
      WatchLines.write(folder, n, letter);
      copyToHdfs(folder.resolve(WatchLines.name(n)), "net/." + n + ".tmp");
      try (FileSystem files = fileSystem()) {
        files.rename(path("net/." + n + ".tmp"), path("net/" + WatchLines.name(n)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<JsonObject> lines() {
    try (FileSystem files = fileSystem()) {
      return WatchLines.of(files, path("runs/run/metrics.jsonl"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void copyToHdfs(Path file, String name) throws IOException {
    try (FileSystem files = fileSystem()) {
      files.mkdirs(path(name).getParent());
      files.copyFromLocalFile(new org.apache.hadoop.fs.Path(file.toUri()), path(name));
    }
  }

  private static FileSystem fileSystem() throws IOException {
    return FileSystem.newInstance(path("").toUri(), dfs.configuration());
  }

  private static org.apache.hadoop.fs.Path path(String name) {
    return new org.apache.hadoop.fs.Path(name.isEmpty() ? root : root + "/" + name);
  }
}
