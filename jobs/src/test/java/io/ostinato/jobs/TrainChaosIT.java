package io.ostinato.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.ostinato.chaos.ChaosRun;
import io.ostinato.chaos.Differences;
import io.ostinato.spark.TestSpark;
import io.ostinato.storage.Checkpoints;
import io.ostinato.storage.LocalRunFiles;
import io.ostinato.storage.RunFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Trainings that are killed with SIGKILL whenever their files change, and resumed until they have
 * ended: each leaves the files of one that was not disturbed. {@code -Dostinato.chaos.drivers} is
 * the number of kills.
 */
@Tag("chaos")
class TrainChaosIT {
  private static final int KILLS = Integer.getInteger("ostinato.chaos.drivers", 3);
  private static final int KILLS_OF_A_RUN = 10;
  private static final int MOST_CHANGES = 60;
  private static final String YAML =
      """
      model: {kind: mlp, input_shape: [1, 5, 5], hidden: [16], outputs: 3, batch_norm: true, dropout: 0.2}
      datasets:
        train:
          path: DATA
          columns: {x: {column: image, shape: [1, 5, 5]}, class: {column: label, type: int64}}
        evaluations:
          test:
            path: DATA
            columns: {x: {column: image, shape: [1, 5, 5]}, class: {column: label, type: int64}}
      optimizer: {kind: adamw, learning_rate: {kind: cosine, from: 1e-2, warmup_updates: 5}}
      length: {epochs: 30}
      effective_batch_size: 8
      seed: 1
      default_callbacks: false
      callbacks:
        - {kind: metric, every_n_epochs: 1, dataset_key: test, metrics: [accuracy, cross_entropy]}
        - {kind: metric, every_n_updates: 3, dataset_key: test, dataset_name: average, weights: ema=0.9, metrics: [cross_entropy]}
        - {kind: online_loss, every_n_updates: 1}
        - {kind: best_metric, source: accuracy/test, targets: [cross_entropy/test]}
        - {kind: ema, factors: [0.9]}
        - {kind: checkpoint, every_n_updates: 2}
        - {kind: best_checkpoint, metric: accuracy/test}
        - {kind: metric_early_stopper, metric: cross_entropy/test, tolerance: 30}
      """;

  @TempDir Path folder;
  private final Random random = new Random(ChaosRun.SEED);
  private Differences differences = Differences.NONE;
  private int compared;

  @BeforeEach
  void writeConfiguration() throws IOException {
    Path data = folder.resolve("images.parquet");
    try (SparkSession spark = TestSpark.local(Map.of())) {
      TorchFixtures.writeImages(spark, data);
    }
    Files.writeString(folder.resolve("run.yaml"), YAML.replace("DATA", data.toString()));
  }

  @Test
  void trainingsThatAreKilledAndResumedAreThoseThatWereNot() throws Exception {
    long start = System.nanoTime();
    int kills = 0;
    for (int run = 0; kills < KILLS; run++) {
      kills += train(run, Math.min(KILLS_OF_A_RUN, KILLS - kills));
    }
    ChaosRun.add(
        new ChaosRun.Row(
            "trainings killed, and resumed",
            kills,
            compared,
            differences,
            System.getProperty("ostinato.tests.spark"),
            Duration.ofNanos(System.nanoTime() - start)));
    assertThat(differences).as("seed %s", ChaosRun.SEED).isEqualTo(Differences.NONE);
  }

  /** Kills and resumes a training until it has ended, and returns the number of kills. */
  private int train(int number, int most) throws Exception {
    Path undisturbed = folder.resolve("undisturbed-" + number);
    Path disturbed = folder.resolve("disturbed-" + number);
    trainHere(arguments(number, undisturbed, "run_id=run"));
    Path checkpoints = disturbed.resolve("run/checkpoints");
    int kills = 0;
    boolean killed = true;
    while (killed && kills < most) {
      KilledProcess process = start(number, disturbed, canResume(checkpoints));
      killed = process.killAfter(1 + random.nextInt(MOST_CHANGES), () -> false);
      kills += killed ? 1 : 0;
    }
    start(number, disturbed, canResume(checkpoints)).awaitSuccess();
    compare(LocalRunFiles.in(undisturbed).folder("run"), LocalRunFiles.in(disturbed).folder("run"));
    return kills;
  }

  /** Whether a checkpoint is whole, although the process was killed before it was marked. */
  private static boolean canResume(Path checkpoints) {
    return Files.exists(checkpoints)
        && Checkpoints.in(LocalRunFiles.in(checkpoints)).newest().tag().isPresent();
  }

  private KilledProcess start(int number, Path output, boolean resumes) throws IOException {
    return KilledProcess.start(
        arguments(number, output, resumes ? "resume=run" : "run_id=run"),
        folder.resolve("log"),
        output);
  }

  /** Every other run, beginning with the first, trains beside its evaluations. */
  private List<String> arguments(int number, Path output, String more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "train",
                folder.resolve("run.yaml").toString(),
                "--set",
                "seed=" + number,
                "--set",
                "output=" + output,
                "--set",
                more));
    if (number % 2 == 0) {
      arguments.addAll(
          List.of("--set", "evaluations.mode=beside", "--set", "evaluations.join.updates=3"));
    }
    return arguments;
  }

  private static void trainHere(List<String> arguments) {
    StringWriter err = new StringWriter();
    assertThat(
            Main.run(
                new PrintWriter(new StringWriter(), true),
                new PrintWriter(err, true),
                arguments.toArray(String[]::new)))
        .as(err.toString())
        .isZero();
  }

  private void compare(RunFiles undisturbed, RunFiles disturbed) throws IOException {
    List<JsonObject> expected = records(undisturbed);
    compared += expected.size();
    differences =
        differences.plus(
            Differences.between(
                expected, records(disturbed), line -> line.get("iteration").getAsString()));
    RunFiles checkpoints = undisturbed.folder("checkpoints");
    RunFiles others = disturbed.folder("checkpoints");
    differences =
        differences
            .plus(Differences.between(checkpoints.list(), others.list(), name -> name))
            .plus(Differences.between(content(checkpoints), content(others), this::name))
            .plus(
                Differences.between(
                    List.of(undisturbed.text("summary.json")),
                    List.of(disturbed.text("summary.json")),
                    text -> "summary.json"));
  }

  /** The names of checkpoints with a hash of what they contain; plain values are in any order. */
  private static List<String> content(RunFiles checkpoints) throws IOException {
    List<String> content = new ArrayList<>();
    for (String name : checkpoints.list()) {
      try (InputStream in = checkpoints.read(name)) {
        byte[] bytes = in.readAllBytes();
        content.add(
            "%s %s"
                .formatted(
                    name,
                    name.endsWith(".json")
                        ? JsonParser.parseString(new String(bytes, UTF_8)).hashCode()
                        : Arrays.hashCode(bytes)));
      }
    }
    return content;
  }

  private String name(String content) {
    return content.substring(0, content.indexOf(' '));
  }

  private static List<JsonObject> records(RunFiles run) {
    List<JsonObject> records = new ArrayList<>();
    for (String line : run.lines("metrics.jsonl")) {
      JsonObject record = JsonParser.parseString(line).getAsJsonObject();
      record.remove("time");
      records.add(record);
    }
    return records;
  }
}
