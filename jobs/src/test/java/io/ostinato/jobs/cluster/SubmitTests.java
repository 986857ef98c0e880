package io.ostinato.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.ostinato.jobs.TorchFixtures;
import io.ostinato.jobs.WatchLines;
import io.ostinato.jobs.train.TrainCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.ResourceLockTarget;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine;

/** By each way in which Spark takes jars. */
@ResourceLock(
    value = StandaloneIT.WORKERS,
    mode = ResourceAccessMode.READ,
    target = ResourceLockTarget.CHILDREN)
abstract class SubmitTests {
  private static final String CROSS_ENTROPY = "cross_entropy/test";
  private static final String ROWS = "\"rows\":16";

  /** Numbers are the same if they differ by less than a millionth of them. */
  private static final Comparator<Double> CLOSE =
      (a, b) -> Math.abs(a - b) <= 1e-6 * Math.abs(b) ? 0 : Double.compare(a, b);

  private static StandaloneCluster cluster;
  private static Path data = Path.of("");
  private static Path model = Path.of("");
  @TempDir private static Path folder;

  /** How driver and executors get the jar and the natives. */
  enum Way {
    JARS {
      @Override
      List<String> arguments(Path folder) {
        return List.of(
            "--jars",
            "local:" + SparkDistribution.natives(),
            "--class",
            "io.ostinato.jobs.Main",
            SparkDistribution.jar().toString());
      }
    },
    PACKAGES {
      @Override
      List<String> arguments(Path folder) throws IOException {
        Path repository = LocalRepository.in(folder.resolve("repository"));
        return List.of(
            "--packages",
            LocalRepository.COORDINATES,
            "--conf",
            "spark.jars.ivySettings=" + LocalRepository.settings(repository),
            "--conf",
            "spark.jars.ivy=" + folder.resolve("ivy"),
            "--jars",
            "local:" + SparkDistribution.natives(),
            "--class",
            "io.ostinato.jobs.Main",
            LocalRepository.emptyJar(folder).toString());
      }
    },
    EXTRA_CLASS_PATH {
      @Override
      List<String> arguments(Path folder) {
        String path = SparkDistribution.jar() + ":" + SparkDistribution.natives();
        return List.of(
            "--conf",
            "spark.driver.extraClassPath=" + path,
            "--conf",
            "spark.executor.extraClassPath=" + path,
            "--class",
            "io.ostinato.jobs.Main",
            SparkDistribution.jar().toString());
      }
    };

    /**
     * From the options of spark-submit to the application.
     *
     * @param folder of this submission alone
     */
    abstract List<String> arguments(Path folder) throws IOException;
  }

  @BeforeAll
  static void start() throws IOException {
    cluster = StandaloneIT.cluster();
    data = StandaloneIT.images();
    model = TorchFixtures.module("batchnorm-a.pt", folder.resolve("a.pt"));
  }

  @Test
  void quickstartRunsWithTheDriverInSparkSubmit() throws IOException, InterruptedException {
    Path output = folder.resolve("quickstart");
    String out =
        inSparkSubmit(Way.JARS, List.of("quickstart", "--epochs", "2", "--output=" + output));
    assertThat(out).contains("E2_U44_S2816");
    assertThat(Files.readAllLines(run(output).resolve("metrics.jsonl")))
        .anyMatch(line -> line.contains("E2_U44_S2816") && line.contains("accuracy/test"));
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "JARS")
  void evaluateRunsWithTheDriverInSparkSubmit(Way way) throws IOException, InterruptedException {
    Path output = folder.resolve("client-" + way);
    assertThat(inSparkSubmit(way, evaluate(model, output))).contains(ROWS);
    assertThat(crossEntropies(output)).usingElementComparator(CLOSE).containsExactly(torch("a"));
  }

  @Test
  void trainRunsWithTheDriverOnAWorkerAndHasTheNumbersOfALocalTraining()
      throws IOException, InterruptedException {
    Path local = folder.resolve("local");
    assertThat(new CommandLine(new TrainCommand()).execute(runYaml(local).toString())).isZero();
    Path output = folder.resolve("train");
    StandaloneCluster.Driver driver =
        onAWorker(Way.JARS, List.of("train", runYaml(output).toString()), "E2_U4_S32");
    assertThat(driver.end()).as(driver.err()).endsWith("exited successfully");
    assertThat(crossEntropies(output))
        .usingElementComparator(CLOSE)
        .hasSize(2)
        .containsExactlyElementsOf(crossEntropies(local));
    assertThat(run(output).resolve("checkpoints/latest")).hasContent("E2_U4_S32");
  }

  @Test
  void evaluateRunsWithTheDriverOnAWorkerAndItsExecutorWritesPredictions()
      throws IOException, InterruptedException {
    Path output = folder.resolve("evaluate");
    Path predictions = folder.resolve("predictions");
    List<String> command = new ArrayList<>(evaluate(model, output));
    command.add("--predictions=" + predictions);
    StandaloneCluster.Driver driver = onAWorker(Way.PACKAGES, command, ROWS);
    assertThat(driver.end()).as(driver.err()).endsWith("exited successfully");
    assertThat(crossEntropies(output)).usingElementComparator(CLOSE).containsExactly(torch("a"));
    assertThat(predictions.resolve("_SUCCESS")).exists();
  }

  @Test
  void watchRunsWithTheDriverOnAWorkerUntilNothingIsLeft()
      throws IOException, InterruptedException {
    Path checkpoints = Files.createDirectories(folder.resolve("net"));
    WatchLines.write(checkpoints, 1, "a");
    WatchLines.write(checkpoints, 2, "b");
    Path output = folder.resolve("watch");
    List<String> watch =
        WatchLines.options(
            data, checkpoints.toString(), output.toString(), "--until-idle", "500ms");
    StandaloneCluster.Driver driver = onAWorker(Way.EXTRA_CLASS_PATH, watch, WatchLines.name(2));
    assertThat(driver.end()).as(driver.err()).endsWith("exited successfully");
    assertThat(WatchLines.names(lines(output), "evaluated"))
        .containsExactly(WatchLines.name(1), WatchLines.name(2));
    assertThat(crossEntropies(output))
        .usingElementComparator(CLOSE)
        .containsExactly(torch("a"), torch("b"));
  }

  @Test
  void aCommandThatFailsOnAWorkerIsOneLineThereAndFailsItsDriver()
      throws IOException, InterruptedException {
    Path output = folder.resolve("none");
    StandaloneCluster.Driver driver =
        onAWorker(Way.JARS, evaluate(folder.resolve("none.pt"), output), "error: ");
    assertThat(driver.end()).as(driver.err()).endsWith("exited with failure");
    assertThat(driver.out()).isEmpty();
    assertThat(driver.err().lines().filter(line -> line.startsWith("error: ")))
        .singleElement()
        .asString()
        .contains("none.pt");
    assertThat(output).doesNotExist();
  }

  /** Gives what it printed. */
  private static String inSparkSubmit(Way way, List<String> command)
      throws IOException, InterruptedException {
    JavaProcess submission = submit("client", way, command);
    assertThat(submission.join()).as(submission.err()).isZero();
    return submission.out();
  }

  private static StandaloneCluster.Driver onAWorker(Way way, List<String> command, String words)
      throws IOException, InterruptedException {
    // It asks only every ten seconds what has become of the driver, so nobody waits for it.
    try (JavaProcess submission = submit("cluster", way, command)) {
      return cluster.awaitDriver(submission, words);
    }
  }

  private static JavaProcess submit(String deployMode, Way way, List<String> command)
      throws IOException {
    String name = "%s-%s-%s".formatted(deployMode, way, command.get(0));
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--deploy-mode",
                deployMode,
                "--conf",
                "spark.standalone.submit.waitAppCompletion=true",
                "--conf",
                "spark.cores.max=1"));
    arguments.addAll(StandaloneCluster.SETTINGS);
    arguments.addAll(way.arguments(Files.createDirectories(folder.resolve(name))));
    arguments.addAll(command);
    return cluster.submit(name, arguments);
  }

  private static List<String> evaluate(Path model, Path output) {
    return List.of(
        "evaluate",
        "--model=" + model,
        "--data=" + data,
        "--dataset=test",
        "--input=image:float32:1,5,5",
        "--label=label:int64",
        "--metric=cross_entropy",
        "--format=json",
        "--output=" + output);
  }

  private static Path runYaml(Path output) throws IOException {
    String columns = "{x: {column: image, shape: [1, 5, 5]}, class: {column: label, type: int64}}";
    String source = "{path: '%s', columns: %s}".formatted(data, columns);
    return Files.writeString(
        folder.resolve(output.getFileName() + ".yaml"),
        """
        model: {kind: mlp, input_shape: [1, 5, 5], hidden: [16], outputs: 3}
        datasets:
          train: %s
          evaluations:
            test: %s
        length: {epochs: 2}
        effective_batch_size: 8
        seed: 1
        callbacks:
          - {kind: metric, every_n_epochs: 1, dataset_key: test, metrics: [cross_entropy]}
          - {kind: checkpoint}
        output: '%s'
        """
            .formatted(source, source, output));
  }

  private static double torch(String letter) throws IOException {
    return WatchLines.crossEntropy(letter);
  }

  /** Of the dataset test, in the lines of the one run that is in a folder. */
  private static List<Double> crossEntropies(Path output) throws IOException {
    return lines(output).stream()
        .filter(line -> line.getAsJsonObject("metrics").has(CROSS_ENTROPY))
        .map(line -> WatchLines.metric(line, CROSS_ENTROPY))
        .toList();
  }

  private static List<JsonObject> lines(Path output) throws IOException {
    return WatchLines.of(run(output).resolve("metrics.jsonl"));
  }

  private static Path run(Path output) throws IOException {
    try (Stream<Path> runs = Files.list(output)) {
      return runs.filter(run -> Files.exists(run.resolve("metrics.jsonl")))
          .findFirst()
          .orElseThrow();
    }
  }
}
