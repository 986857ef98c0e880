package io.ostinato.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import io.ostinato.spark.TestSpark;
import io.ostinato.storage.Safetensors;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatchTest {
  private static final String[] LETTERS = {"a", "b", "c", "b"};

  @TempDir static Path shared;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir Path folder;
  private Path checkpoints = Path.of("");
  private Path run = Path.of("");

  @BeforeAll
  static void writeData() throws IOException {
    try (SparkSession spark = TestSpark.local(Map.of())) {
      TorchFixtures.writeImages(spark, shared.resolve("images.parquet"));
      Dataset<Row> images = spark.read().parquet(shared.resolve("images.parquet").toString());
      images.coalesce(1).write().parquet(shared.resolve("one.parquet").toString());
      images
          .coalesce(1)
          .withColumn("label", images.col("label").plus(1).mod(3))
          .write()
          .parquet(shared.resolve("other.parquet").toString());
    }
  }

  @BeforeEach
  void makeFolders() throws IOException {
    checkpoints = Files.createDirectories(folder.resolve("net"));
    run = folder.resolve("runs").resolve("run");
  }

  @Test
  void everyCheckpointOfATrainingBesideItIsEvaluatedOnceInOrderWithTheNumbersOfPyTorch()
      throws Exception {
    Thread training =
        new Thread(
            () -> {
              for (int n = 1; n <= LETTERS.length; n++) {
                WatchLines.write(checkpoints, n, LETTERS[n - 1]);
                while (n == 2 && WatchLines.of(run.resolve("metrics.jsonl")).isEmpty()) {
                  LockSupport.parkNanos(1_000_000);
                }
              }
            });
    training.setDaemon(true);
    training.start();
    assertThat(watch("--until-idle", "2s")).as(err.toString()).isZero();
    training.join();
    List<JsonObject> lines = WatchLines.of(run.resolve("metrics.jsonl"));
    assertThat(WatchLines.names(lines, "evaluated"))
        .containsExactly(
            WatchLines.name(1), WatchLines.name(2), WatchLines.name(3), WatchLines.name(4));
    for (int i = 0; i < LETTERS.length; i++) {
      assertThat(WatchLines.metric(lines.get(i), "cross_entropy/test"))
          .isCloseTo(WatchLines.crossEntropy(LETTERS[i]), within(1e-5));
      assertThat(lines.get(i).get("rows").getAsInt()).isEqualTo(TorchFixtures.ROWS);
    }
    assertThat(out.toString()).contains("4 evaluated, 0 skipped, 0 failed");
    String best = bestLetter();
    assertThat(Files.readAllBytes(run.resolve("checkpoints/best_model.cross_entropy.test.pt")))
        .isEqualTo(
            Files.readAllBytes(
                TorchFixtures.module("batchnorm-" + best + ".pt", folder.resolve("x"))));
    assertThat(WatchLines.fileNames(run))
        .containsExactly(
            "checkpoints",
            "evaluations.jsonl",
            "metrics.jsonl",
            "report.html",
            "run.json",
            "summary.json",
            "tensorboard",
            "watch.txt");
    assertThat(Files.readString(run.resolve("report.html")))
        .contains("\"kind\":\"watch\"", "\"reason\":\"no checkpoint was left to wait for\"")
        .contains(WatchLines.name(4), "copied as best_model.cross_entropy.test.pt")
        .contains("\"--until-idle\":\"2s\"", "--dataset\\u003dtest");
    List<JsonObject> evaluations = WatchLines.of(run.resolve("evaluations.jsonl"));
    assertThat(evaluations).hasSameSizeAs(lines);
    for (int i = 0; i < lines.size(); i++) {
      assertThat(evaluations.get(i).get("callback").getAsString())
          .isEqualTo(WatchLines.name(i + 1));
      assertThat(evaluations.get(i).get("time")).isEqualTo(lines.get(i).get("time"));
      assertThat(evaluations.get(i).get("iteration")).isEqualTo(lines.get(i).get("iteration"));
      assertThat(evaluations.get(i).getAsJsonObject("certificate").get("order_digest"))
          .isEqualTo(evaluations.get(0).getAsJsonObject("certificate").get("order_digest"));
    }
  }

  @Test
  void latestTakesTheNewestAndARestartDoesNothingTwice() throws IOException {
    for (int n = 1; n <= 3; n++) {
      WatchLines.write(checkpoints, n, "a");
    }
    assertThat(watch("--policy", "latest", "--once", "--no-report")).as(err.toString()).isZero();
    assertThat(WatchLines.fileNames(run)).doesNotContain("report.html", "run.json");
    Path abandoned = Files.writeString(run.resolve("checkpoints/.tmp-1"), "half a mod");
    Files.setLastModifiedTime(abandoned, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
    assertThat(watch("--policy", "latest", "--once")).as(err.toString()).isZero();
    assertThat(abandoned).doesNotExist();
    List<JsonObject> lines = WatchLines.of(run.resolve("metrics.jsonl"));
    assertThat(WatchLines.names(lines, "evaluated")).containsExactly(WatchLines.name(3));
    assertThat(WatchLines.names(lines, "skipped"))
        .containsExactly(WatchLines.name(1), WatchLines.name(2));
    assertThat(out.toString())
        .contains("1 evaluated, 2 skipped, 0 failed", "0 evaluated, 0 skipped, 0 failed");
  }

  @Test
  void namesOfOtherFrameworksTellTheIterationAndLinksAreNoCheckpoints() throws IOException {
    Path store = Files.createDirectory(folder.resolve("store"));
    for (int n = 9; n <= 11; n++) {
      WatchLines.write(store, n, "a");
      Path checkpoint = checkpoints.resolve("epoch=%d-step=%d.pt".formatted(n, 10 * n));
      Files.move(store.resolve(WatchLines.name(n)), checkpoint);
    }
    Files.createSymbolicLink(checkpoints.resolve("last.pt"), Path.of("epoch=11-step=110.pt"));
    Files.createDirectory(checkpoints.resolve("checkpoint-500"));
    assertThat(watch("--once")).as(err.toString()).isZero();
    List<JsonObject> lines = WatchLines.of(run.resolve("metrics.jsonl"));
    assertThat(WatchLines.names(lines, "evaluated"))
        .containsExactly("epoch=9-step=90.pt", "epoch=10-step=100.pt", "epoch=11-step=110.pt");
    assertThat(lines.stream().map(line -> line.get("iteration").getAsString()))
        .containsExactly("E9_U90_S0", "E10_U100_S0", "E11_U110_S0");
    assertThat(err.toString()).startsWith("warning: 'checkpoint-500' is a folder").hasLineCount(1);
  }

  @Test
  void latestIsTheLastModifiedWhereNotAllNamesTellAnIteration() throws IOException {
    for (int n = 1; n <= 3; n++) {
      WatchLines.write(checkpoints, n, "a");
    }
    Path old = checkpoints.resolve("init.pt");
    Files.copy(checkpoints.resolve(WatchLines.name(1)), old);
    Files.setLastModifiedTime(old, FileTime.from(Instant.parse("2020-01-01T00:00:00Z")));
    assertThat(watch("--policy", "latest", "--once")).as(err.toString()).isZero();
    List<JsonObject> lines = WatchLines.of(run.resolve("metrics.jsonl"));
    assertThat(WatchLines.names(lines, "evaluated")).containsExactly(WatchLines.name(3));
    assertThat(WatchLines.names(lines, "skipped"))
        .containsExactly("init.pt", WatchLines.name(1), WatchLines.name(2));
  }

  @Test
  void checkpointsThatAreNoneFailInOneLineEachAndTheOthersAreEvaluated() throws IOException {
    WatchLines.write(checkpoints, 1, "a");
    byte[] whole = Files.readAllBytes(checkpoints.resolve(WatchLines.name(1)));
    Files.write(checkpoints.resolve(WatchLines.name(2)), Arrays.copyOf(whole, whole.length / 2));
    Files.writeString(checkpoints.resolve(WatchLines.name(3)), "no module");
    WatchLines.write(checkpoints, 4, "b");
    assertThat(watch("--once")).isEqualTo(1);
    List<JsonObject> lines = WatchLines.of(run.resolve("metrics.jsonl"));
    assertThat(WatchLines.names(lines, "evaluated"))
        .containsExactly(WatchLines.name(1), WatchLines.name(4));
    assertThat(WatchLines.names(lines, "failed"))
        .containsExactly(WatchLines.name(2), WatchLines.name(3));
    assertThat(err.toString().lines())
        .hasSize(2)
        .allSatisfy(
            line ->
                assertThat(line)
                    .startsWith("error: can't evaluate 'net-E")
                    .containsOnlyOnce("net-E")
                    .doesNotContain(".staging"));
    assertThat(watch("--once")).isZero();
    assertThat(watch("--once", "--retry-failed")).isEqualTo(1);
    assertThat(WatchLines.of(run.resolve("metrics.jsonl"))).hasSize(6);
  }

  @Test
  void errorsInTasksAreFailuresOfTheirCheckpoints() throws IOException {
    List<Error> errors =
        List.of(
            new OutOfMemoryError("Java heap space"),
            new StackOverflowError(),
            new NoClassDefFoundError("com/example/Net"));
    ErrorMetric.ERRORS.addAll(errors);
    for (int n = 1; n <= 4; n++) {
      WatchLines.write(checkpoints, n, "a");
    }
    String metric = "{kind: %s}".formatted(ErrorMetric.class.getName());
    assertThat(watch("--once", "--metric", metric)).isEqualTo(1); // the data has one partition
    List<JsonObject> lines = WatchLines.of(run.resolve("metrics.jsonl"));
    assertThat(WatchLines.names(lines, "failed"))
        .containsExactly(WatchLines.name(1), WatchLines.name(2), WatchLines.name(3));
    assertThat(WatchLines.names(lines, "evaluated")).containsExactly(WatchLines.name(4));
    assertThat(err.toString())
        .contains(
            "OutOfMemoryError: Java heap space; increase spark.driver.memory",
            "StackOverflowError",
            "com/example/Net");
  }

  @Test
  void aCheckpointIsEvaluatedAsOftenAsItsPolicySays() throws IOException {
    for (int i = 0; i < 4; i++) {
      ErrorMetric.ERRORS.add(new IllegalStateException("no luck"));
    }
    WatchLines.write(checkpoints, 1, "a");
    String metric = "{kind: %s}".formatted(ErrorMetric.class.getName());
    assertThat(watch("--once", "--metric", metric, "--on-failure", "retry 2 then warn"))
        .as("%s", err)
        .isZero();
    assertThat(WatchLines.names(WatchLines.of(run.resolve("metrics.jsonl")), "failed"))
        .containsExactly(WatchLines.name(1));
    assertThat(ErrorMetric.ERRORS).as("left of four").hasSize(1);
    ErrorMetric.ERRORS.clear();
  }

  @Test
  void hostileFilesFailAndTheGoodOneBehindThemIsEvaluated() throws IOException {
    WatchLines.write(checkpoints, 4, "a");
    byte[] broken = Files.readAllBytes(checkpoints.resolve(WatchLines.name(4)));
    broken[broken.length / 2] ^= 1;
    Files.write(checkpoints.resolve(WatchLines.name(1)), broken);
    Files.write(checkpoints.resolve(WatchLines.name(2)), TorchFixtures.bomb(100 << 20));
    Files.write(checkpoints.resolve(WatchLines.name(3)), new byte[0]);
    assertThat(watch("--once")).isEqualTo(1);
    List<JsonObject> lines = WatchLines.of(run.resolve("metrics.jsonl"));
    assertThat(WatchLines.names(lines, "evaluated")).containsExactly(WatchLines.name(4));
    assertThat(err.toString().lines())
        .satisfiesExactlyInAnyOrder(
            line -> assertThat(line).contains(WatchLines.name(1), "the archive is damaged: "),
            line -> assertThat(line).contains(WatchLines.name(2), "would unpack to 104857600"),
            line -> assertThat(line).contains(WatchLines.name(3), "it is empty (0 bytes)"));
  }

  @Test
  void weightsWhoseHeaderClaimsMoreThanTheFileFailAndTheGoodOnesAreEvaluated() throws IOException {
    ByteBuffer claim =
        ByteBuffer.allocate(83).order(ByteOrder.LITTLE_ENDIAN).putLong(2_000_000_000);
    Files.write(checkpoints.resolve("net-E1_U1_S1.safetensors"), claim.array());
    try (OutputStream out =
        Files.newOutputStream(checkpoints.resolve("net-E2_U2_S2.safetensors"))) {
      new Safetensors(OnnxFixtures.weights(1).arrays(), Map.of()).writeTo(out);
    }
    assertThat(watch("--once", "--pattern", "*.safetensors", "--architecture", OnnxFixtures.MLP))
        .isEqualTo(1);
    List<JsonObject> lines = WatchLines.of(run.resolve("metrics.jsonl"));
    assertThat(WatchLines.names(lines, "failed")).containsExactly("net-E1_U1_S1.safetensors");
    assertThat(WatchLines.names(lines, "evaluated")).containsExactly("net-E2_U2_S2.safetensors");
    assertThat(err.toString())
        .contains("net-E1_U1_S1.safetensors", "its header would have 2000000000 bytes");
  }

  @Test
  void onnxCheckpointsAreWatchedLikeOthers() throws IOException {
    for (int n = 1; n <= 2; n++) {
      Path checkpoint = checkpoints.resolve("net-E%d_U%d_S%d.onnx".formatted(n, n, n));
      Files.write(checkpoint, OnnxFixtures.mlp(OnnxFixtures.weights(n)));
    }
    assertThat(watch("--once", "--pattern", "*.onnx")).as(err.toString()).isZero();
    List<JsonObject> lines = WatchLines.of(run.resolve("metrics.jsonl"));
    assertThat(WatchLines.names(lines, "evaluated"))
        .containsExactly("net-E1_U1_S1.onnx", "net-E2_U2_S2.onnx");
    assertThat(WatchLines.metric(lines.get(0), "cross_entropy/test"))
        .isNotEqualTo(WatchLines.metric(lines.get(1), "cross_entropy/test"));
    assertThat(run.resolve("checkpoints/best_model.cross_entropy.test.onnx")).exists();
  }

  @Test
  void namesWithColonsAreNames() throws IOException {
    WatchLines.write(checkpoints, 1, "a");
    Path colons = checkpoints.resolve("net-2026-11-24T12:00:00.pt");
    Files.copy(checkpoints.resolve(WatchLines.name(1)), colons);
    // What Hadoop would have kept beside a file of its own; of another one's content.
    Files.writeString(checkpoints.resolve("." + WatchLines.name(1) + ".crc"), "crc\0\0\0\2\0abcd");
    assertThat(watch("--once")).as(err.toString()).isZero();
    assertThat(WatchLines.names(WatchLines.of(run.resolve("metrics.jsonl")), "evaluated"))
        .containsExactlyInAnyOrder(WatchLines.name(1), "net-2026-11-24T12:00:00.pt");
  }

  @Test
  void theBestOfAUsersMetricIsWhatTheMetricSays() throws IOException {
    List<String> letters =
        Stream.of("a", "b", "c").sorted(Comparator.comparing(WatchTest::crossEntropy)).toList();
    for (int n = 1; n <= letters.size(); n++) {
      WatchLines.write(checkpoints, n, letters.get(n - 1));
    }
    assertThat(
            watch(
                "--once",
                "--metric",
                UserMetric.yaml("surprise", "higher_is_better"),
                "--metric",
                UserMetric.yaml("regret", "higher_is_better"),
                "--metric",
                UserMetric.yaml("effort", "neutral"),
                "--lower-is-better",
                "regret/*"))
        .as(err.toString())
        .isZero();
    Path best = run.resolve("checkpoints");
    assertThat(best.resolve("best_model.surprise.test.pt"))
        .hasSameBinaryContentAs(checkpoints.resolve(WatchLines.name(3)));
    assertThat(best.resolve("best_model.regret.test.pt"))
        .as("what the user declares comes first")
        .hasSameBinaryContentAs(checkpoints.resolve(WatchLines.name(1)));
    assertThat(best.resolve("best_model.effort.test.pt")).doesNotExist();
  }

  @Test
  void theBestOfAMetricIsOneFileHoweverItEnds() throws IOException {
    List<String> worstFirst =
        Stream.of(LETTERS)
            .sorted(Comparator.comparing(WatchTest::crossEntropy).reversed())
            .toList();
    WatchLines.write(checkpoints, 1, worstFirst.get(0));
    assertThat(watch("--once", "--pattern", "*.{pt,pth}")).as(err.toString()).isZero();
    WatchLines.write(checkpoints, 2, worstFirst.get(worstFirst.size() - 1));
    Path second = checkpoints.resolve(WatchLines.name(2));
    Files.move(second, checkpoints.resolve(WatchLines.name(2) + "h"));
    assertThat(watch("--once", "--pattern", "*.{pt,pth}")).as(err.toString()).isZero();
    try (Stream<Path> best = Files.list(run.resolve("checkpoints"))) {
      assertThat(best.map(file -> file.getFileName().toString()))
          .contains("best_model.cross_entropy.test.pth")
          .doesNotContain("best_model.cross_entropy.test.pt");
    }
  }

  @Test
  void aCheckpointWhoseEvaluationHangsFailsAtItsDeadlineAndTheWatchGoesOn() throws IOException {
    WatchLines.write(checkpoints, 1, "a");
    WatchLines.write(checkpoints, 2, "b");
    Path file = folder.resolve("hangs");
    String metric = "--metric=" + OddMetric.hanging(file);
    assertThat(watch("--once", metric, "--deadline", "3s", "--on-failure", "warn"))
        .as("tolerated failures don't affect the exit code: %s", err)
        .isZero();
    OddMetric.letGo(file);
    List<JsonObject> lines = WatchLines.of(run.resolve("metrics.jsonl"));
    assertThat(WatchLines.names(lines, "failed")).containsExactly(WatchLines.name(1));
    assertThat(WatchLines.names(lines, "evaluated")).containsExactly(WatchLines.name(2));
    assertThat(lines.get(0).get("reason").getAsString())
        .startsWith("the evaluation was cancelled after ")
        .contains("because its deadline is 3 s");
    assertThat(watch("--once", metric, "--retry-failed", "--deadline", "5m"))
        .as("another deadline measures nothing else: %s", err)
        .isZero();
    assertThat(WatchLines.names(WatchLines.of(run.resolve("metrics.jsonl")), "evaluated"))
        .containsExactly(WatchLines.name(2), WatchLines.name(1));
  }

  @Test
  void modelsThatDontFitTheDataFailOneByOneAndTheWatchGoesOn() throws IOException {
    WatchLines.write(checkpoints, 1, "a");
    WatchLines.write(checkpoints, 2, "b");
    assertThat(watch("--once", "--input", "image:float32:25")).isEqualTo(1);
    assertThat(WatchLines.names(WatchLines.of(run.resolve("metrics.jsonl")), "failed"))
        .containsExactly(WatchLines.name(1), WatchLines.name(2));
    assertThat(WatchLines.of(run.resolve("evaluations.jsonl")))
        .hasSize(2)
        .allSatisfy(line -> assertThat(line.get("reason").getAsString()).contains("RuntimeError"));
    assertThat(err.toString().lines()).hasSize(2).allMatch(line -> line.contains("RuntimeError"));
  }

  @Test
  void dataThatVanishesEndsTheWatchAndIsNoCheckpointsFault() throws Exception {
    Path data = folder.resolve("images.parquet");
    copyFolder(shared.resolve("images.parquet"), data);
    Thread training =
        new Thread(
            () -> {
              WatchLines.write(checkpoints, 1, "a");
              while (WatchLines.of(run.resolve("metrics.jsonl")).isEmpty()) {
                LockSupport.parkNanos(1_000_000);
              }
              rename(data, folder.resolve("elsewhere"));
              WatchLines.write(checkpoints, 2, "b");
            });
    training.setDaemon(true);
    System.setProperty("spark.ostinato.blocks.store", "0");
    try {
      training.start();
      assertThat(watch("--until-idle", "1m", "--data", data.toString())).isEqualTo(1);
      assertThat(err.toString())
          .startsWith("error: can't read '" + data + "' as parquet: ")
          .hasLineCount(1);
      assertThat(WatchLines.of(run.resolve("metrics.jsonl"))).hasSize(1);
      rename(folder.resolve("elsewhere"), data);
      assertThat(watch("--once", "--data", data.toString())).isZero();
    } finally {
      System.clearProperty("spark.ostinato.blocks.store");
    }
    training.join();
    assertThat(WatchLines.names(WatchLines.of(run.resolve("metrics.jsonl")), "evaluated"))
        .containsExactly(WatchLines.name(1), WatchLines.name(2));
  }

  @Test
  void dataThatIsReplacedByAsManyRowsEndsTheWatchBeforeAnyNumberIsWrong() throws Exception {
    Path data = folder.resolve("images.parquet");
    copyFolder(shared.resolve("one.parquet"), data);
    Thread training =
        new Thread(
            () -> {
              WatchLines.write(checkpoints, 1, "a");
              while (WatchLines.of(run.resolve("metrics.jsonl")).isEmpty()) {
                LockSupport.parkNanos(1_000_000);
              }
              replaceRows(data, shared.resolve("other.parquet"));
              WatchLines.write(checkpoints, 2, "b");
            });
    training.setDaemon(true);
    System.setProperty("spark.ostinato.blocks.store", "0");
    try {
      training.start();
      assertThat(watch("--until-idle", "1m", "--data", data.toString())).isEqualTo(1);
    } finally {
      System.clearProperty("spark.ostinato.blocks.store");
    }
    training.join();
    assertThat(err.toString())
        .startsWith(
            "error: can't read '"
                + data
                + "' as parquet: the data has changed since it was first read: rows 0 to 15"
                + " (partition 0) have other values, or another order, in column 'label'; a dataset")
        .hasLineCount(1);
    assertThat(WatchLines.of(run.resolve("metrics.jsonl"))).hasSize(1);
    assertThat(WatchLines.of(run.resolve("evaluations.jsonl"))).hasSize(1);
  }

  /** Replaces the content of the one file with rows by that of another. */
  private static void replaceRows(Path data, Path other) {
    try {
      Path file = fileWithRows(data);
      Files.deleteIfExists(data.resolve("." + file.getFileName() + ".crc"));
      Files.copy(fileWithRows(other), file, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path fileWithRows(Path parquet) throws IOException {
    try (Stream<Path> files = Files.list(parquet)) {
      return files.filter(file -> file.toString().endsWith(".parquet")).findAny().orElseThrow();
    }
  }

  private static void rename(Path from, Path to) {
    try {
      Files.move(from, to);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void copyFolder(Path from, Path to) throws IOException {
    Files.createDirectory(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
  }

  private static double crossEntropy(String letter) {
    try {
      return WatchLines.crossEntropy(letter);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void wrongUsageSaysWhatIsWrong() throws IOException {
    assertWrong("there is no such folder", "--checkpoints", folder.resolve("gone").toString());
    Path file = Files.writeString(folder.resolve("file"), "");
    assertWrong("is a file; it must be a folder", "--checkpoints", file.toString());
    assertWrong("'[' is not a valid glob", "--pattern", "[");
    assertWrong("'*.zip': unknown model format; expected .pt,", "--pattern", "*.zip");
    assertWrong("'soon' is not a duration; write it as 500ms, 10s, 5m or 2h", "--poll", "soon");
    assertWrong("--once can't be combined with --until-idle", "--once", "--until-idle", "1s");
    assertWrong("--run-id '../x' may have letters", "--run-id", "../x");
    assertThat(watch("--once")).as(err.toString()).isZero();
    assertWrong("the run in '" + run + "' was started with --dataset test", "--dataset", "val");
    assertWrong("was started with --bad-rows null", "--bad-rows", "skip 3");
    assertWrong("--deadline 'soon' must be a duration such as 30s", "--deadline", "soon");
    assertWrong("was started with --lower-is-better []", "--lower-is-better", "accuracy/*");
    assertThat(watch("--once", "--run-id", "sql", "--sql", "SELECT * FROM {data}")).isZero();
    String more = "SELECT * FROM {data}\nWHERE label < 2";
    assertWrong("was started with --sql SELECT", "--run-id", "sql", "--sql", more);
  }

  private void assertWrong(String message, String... options) {
    err.getBuffer().setLength(0);
    assertThat(watch(options)).isEqualTo(2);
    assertThat(err.toString()).contains(message);
  }

  private static String bestLetter() throws IOException {
    String best = "a";
    for (String letter : LETTERS) {
      best = WatchLines.crossEntropy(letter) < WatchLines.crossEntropy(best) ? letter : best;
    }
    return best;
  }

  private int watch(String... more) {
    List<String> options =
        WatchLines.options(
            shared.resolve("images.parquet"),
            checkpoints.toString(),
            folder.resolve("runs").toString(),
            more);
    for (String single : List.of("--checkpoints", "--poll", "--run-id", "--data", "--input")) {
      int given = options.lastIndexOf(single);
      int first = options.indexOf(single);
      if (given != first) {
        options.subList(first, first + 2).clear();
      }
    }
    return Main.run(
        new PrintWriter(out, true), new PrintWriter(err, true), options.toArray(String[]::new));
  }
}
