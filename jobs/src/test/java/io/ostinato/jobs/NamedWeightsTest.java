package io.ostinato.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.ostinato.spark.TestSpark;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A module that was exported once, and weights that PyTorch, Lightning and Hugging Face write. */
class NamedWeightsTest {
  private static final List<String> SHARDS =
      List.of(
          "model-00001-of-00002.safetensors",
          "model-00002-of-00002.safetensors",
          "model.safetensors.index.json");

  @TempDir static Path shared;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir Path folder;

  @BeforeAll
  static void writeFiles() throws IOException {
    try (SparkSession spark = TestSpark.local(Map.of())) {
      TorchFixtures.writeImages(spark, shared.resolve("images.parquet"));
    }
    for (String name : List.of("net.pt", "trained.pt", "lightning.ckpt", "two.pt")) {
      TorchFixtures.copy("/weights/" + name, shared.resolve(name));
    }
  }

  @Test
  void aCheckpointOfLightningHasTheMetricsOfTheModuleWithItsWeights() {
    JsonObject expected = evaluate("trained.pt");
    assertThat(evaluate("lightning.ckpt", "--architecture", path("net.pt"))).isEqualTo(expected);
    assertThat(evaluate("two.pt", "--architecture", path("net.pt"), "--weights-prefix", "model."))
        .isEqualTo(expected);
    assertThat(evaluate("two.pt", "--architecture", path("net.pt"), "--weights-prefix", "ema"))
        .isNotEqualTo(expected);
  }

  @Test
  void whatCantBeIsReportedInOneLine() {
    assertThat(run("two.pt", "--architecture", path("net.pt"))).isEqualTo(1);
    assertThat(err.toString())
        .hasLineCount(1)
        .contains(
            "several prefixes ('ema.', 'model.'); choose one with the option --weights-prefix");
    err.getBuffer().setLength(0);
    assertThat(run("two.pt", "--architecture", "digits_cnn", "--weights-prefix", "a")).isEqualTo(2);
    assertThat(err.toString())
        .startsWith("--weights-prefix 'a' requires a module as --architecture, such as net.pt");
  }

  /** It isn't the fault of a checkpoint. */
  @Test
  void anArchitectureThatCantBeUsedEndsAWatchBeforeACheckpointIsRead() throws IOException {
    Path checkpoints = Files.createDirectory(folder.resolve("lightning"));
    TorchFixtures.copy("/weights/lightning.ckpt", checkpoints.resolve("epoch=1-step=10.ckpt"));
    Path frozen = TorchFixtures.copy("/weights/frozen.pt", folder.resolve("frozen.pt"));
    assertThat(watch(checkpoints, "*.ckpt", frozen.toString())).isEqualTo(1);
    assertThat(err.toString())
        .hasLineCount(1)
        .startsWith("error: --architecture '%s': it was frozen".formatted(frozen));
    assertThat(lines()).isEmpty();
    err.getBuffer().setLength(0);
    String missing = folder.resolve("missing.pt").toString();
    assertThat(run("lightning.ckpt", "--architecture", missing)).isEqualTo(1);
    assertThat(err.toString()).isEqualTo("error: there is no model '%s'\n".formatted(missing));
  }

  @Test
  void checkpointsOfLightningAreWatched() throws IOException {
    Path checkpoints = Files.createDirectory(folder.resolve("lightning"));
    for (int epoch : List.of(9, 10)) {
      TorchFixtures.copy(
          "/weights/lightning.ckpt",
          checkpoints.resolve("epoch=%s-step=%s.ckpt".formatted(epoch, 10 * epoch)));
    }
    assertThat(watch(checkpoints, "*.ckpt")).as(err.toString()).isZero();
    List<JsonObject> lines = lines();
    assertThat(WatchLines.names(lines, "evaluated"))
        .containsExactly("epoch=9-step=90.ckpt", "epoch=10-step=100.ckpt");
    assertMetrics(lines);
    assertThat(run().resolve("checkpoints/best_model.cross_entropy.test.ckpt"))
        .hasBinaryContent(TorchFixtures.content("/weights/lightning.ckpt"));
  }

  @Test
  void foldersOfHuggingFaceAreWatched() throws IOException {
    Path checkpoints = Files.createDirectory(folder.resolve("trainer"));
    Path single = Files.createDirectory(checkpoints.resolve("checkpoint-500"));
    TorchFixtures.copy("/weights/model.safetensors", single.resolve("model.safetensors"));
    TorchFixtures.copy("/weights/two.pt", single.resolve("optimizer.pt"));
    Path sharded = Files.createDirectory(checkpoints.resolve("checkpoint-1000"));
    for (String name : SHARDS) {
      TorchFixtures.copy("/weights/shards/" + name, sharded.resolve(name));
    }
    Path begun = Files.createDirectory(checkpoints.resolve("checkpoint-1500"));
    TorchFixtures.copy("/weights/shards/" + SHARDS.get(0), begun.resolve(SHARDS.get(0)));
    Files.createSymbolicLink(checkpoints.resolve("checkpoint-last"), Path.of("checkpoint-1000"));
    Files.createDirectory(checkpoints.resolve("runs"));
    assertThat(watch(checkpoints, "checkpoint-*")).as(err.toString()).isZero();
    List<JsonObject> lines = lines();
    assertThat(WatchLines.names(lines, "evaluated"))
        .containsExactly(
            "checkpoint-500/model.safetensors", "checkpoint-1000/model.safetensors.index.json");
    assertThat(lines.stream().map(line -> line.get("iteration").getAsString()))
        .containsExactly("E0_U500_S0", "E0_U1000_S0");
    assertMetrics(lines);
    assertThat(run().resolve("checkpoints/best_model.cross_entropy.test.safetensors"))
        .hasBinaryContent(TorchFixtures.content("/weights/model.safetensors"));
    assertThat(watch(checkpoints, "checkpoint-*")).isZero();
    assertThat(out.toString()).contains("0 evaluated, 0 skipped, 0 failed");
    Files.setLastModifiedTime(
        sharded.resolve(SHARDS.get(1)), FileTime.from(Instant.parse("2030-01-01T00:00:00Z")));
    Files.delete(single.resolve("model.safetensors"));
    assertThat(watch(checkpoints, "checkpoint-*")).isZero();
    assertThat(WatchLines.names(lines(), "evaluated")).as("replaced").hasSize(3);
  }

  /** Shards become one file, which is evaluated as they are. */
  @Test
  void theBestModelOfShardsIsOneFile() throws IOException {
    Path checkpoints = Files.createDirectory(folder.resolve("trainer"));
    Path sharded = Files.createDirectory(checkpoints.resolve("checkpoint-1000"));
    for (String name : SHARDS) {
      TorchFixtures.copy("/weights/shards/" + name, sharded.resolve(name));
    }
    assertThat(watch(checkpoints, "checkpoint-*")).as(err.toString()).isZero();
    Path best = run().resolve("checkpoints/best_model.accuracy.test.safetensors");
    Files.copy(best, shared.resolve("best.safetensors"));
    assertThat(evaluate("best.safetensors", "--architecture", path("net.pt")))
        .isEqualTo(evaluate("trained.pt"));
  }

  private void assertMetrics(List<JsonObject> lines) {
    JsonObject expected = evaluate("trained.pt");
    for (JsonObject line : lines) {
      assertThat(WatchLines.metric(line, "cross_entropy/test"))
          .isEqualTo(expected.get("cross_entropy").getAsDouble());
    }
  }

  private JsonObject evaluate(String model, String... more) {
    out.getBuffer().setLength(0);
    assertThat(run(model, more)).as(err.toString()).isZero();
    return JsonParser.parseString(out.toString()).getAsJsonObject().getAsJsonObject("metrics");
  }

  private int run(String model, String... more) {
    List<String> args =
        new ArrayList<>(
            List.of(
                "evaluate",
                "--model",
                path(model),
                "--data",
                path("images.parquet"),
                "--input",
                "image:float32:1,5,5",
                "--label",
                "label:int64",
                "--metric",
                "cross_entropy",
                "--metric",
                "accuracy",
                "--format",
                "json"));
    args.addAll(List.of(more));
    return main(args);
  }

  private int watch(Path checkpoints, String pattern) {
    return watch(checkpoints, pattern, path("net.pt"));
  }

  private int watch(Path checkpoints, String pattern, String architecture) {
    return main(
        WatchLines.options(
            shared.resolve("images.parquet"),
            checkpoints.toString(),
            folder.resolve("runs").toString(),
            "--once",
            "--pattern",
            pattern,
            "--architecture",
            architecture));
  }

  private int main(List<String> args) {
    return Main.run(
        new PrintWriter(out, true), new PrintWriter(err, true), args.toArray(String[]::new));
  }

  private List<JsonObject> lines() {
    return WatchLines.of(run().resolve("metrics.jsonl"));
  }

  private Path run() {
    return folder.resolve("runs/run");
  }

  private static String path(String name) {
    return shared.resolve(name).toString();
  }
}
