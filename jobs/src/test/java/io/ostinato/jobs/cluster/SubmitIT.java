package io.ostinato.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The jar on a standalone cluster, by each way in which Spark takes jars. */
class SubmitIT {
  private static StandaloneCluster cluster;
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

    /** From the options of spark-submit to the application. */
    abstract List<String> arguments(Path folder) throws IOException;
  }

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    cluster =
        StandaloneCluster.start(
            SparkDistribution.in(folder.resolve("spark")), folder.resolve("logs"));
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void runsWithTheDriverInSparkSubmit(Way way) throws IOException, InterruptedException {
    Path output = folder.resolve("client-" + way);
    JavaProcess submission = cluster.submit("client-" + way, arguments("client", way, output));
    assertThat(submission.join()).as(submission.err()).isZero();
    assertThat(submission.out()).contains("E2_U44_S2816");
    assertThatItRan(output);
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void runsWithTheDriverOnAWorker(Way way) throws IOException, InterruptedException {
    Path output = folder.resolve("cluster-" + way);
    JavaProcess submission = cluster.submit("cluster-" + way, arguments("cluster", way, output));
    assertThat(submission.join()).as(submission.err()).isZero();
    assertThat(output).as(cluster.driverLogs()).exists();
    assertThatItRan(output);
  }

  private static List<String> arguments(String deployMode, Way way, Path output)
      throws IOException {
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
    arguments.addAll(way.arguments(folder));
    arguments.addAll(List.of("quickstart", "--epochs", "2", "--output", output.toString()));
    return arguments;
  }

  private static void assertThatItRan(Path output) throws IOException {
    try (Stream<Path> runs = Files.list(output)) {
      Path metrics = runs.findFirst().orElseThrow().resolve("metrics.jsonl");
      assertThat(Files.readAllLines(metrics))
          .anyMatch(line -> line.contains("E2_U44_S2816") && line.contains("accuracy/test"));
    }
  }
}
