package io.ostinato.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDList;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.ostinato.LogLines;
import io.ostinato.callback.DataIteratorConfig;
import io.ostinato.callback.Invocation;
import io.ostinato.callback.PeriodicDataIteratorCallback;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.model.EvaluationModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Trainings on the digits from the file of docs/train.md. */
class TrainCommandTest {
  private static final Path DOCS = Path.of("..", "docs", "train.md");
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir Path folder;
  private Path file = Path.of("run.yaml");

  /** A callback as a user writes it. */
  public static final class Share extends PeriodicDataIteratorCallback {
    private static final long serialVersionUID = 1;
    private final double scale;

    public Share(DataIteratorConfig config, Map<String, Object> options) {
      super("share", config);
      this.scale = Double.parseDouble(String.valueOf(options.get("scale")));
    }

    @Override
    protected NDList processData(EvaluationBatch batch, EvaluationModel model) {
      return results("predicted", model.forward(batch.get("x")).argMax(1));
    }

    @Override
    protected void processResults(EvaluationResults results, Invocation at) {
      writer().addScalar("rows/" + datasetKey(), scale * results.rows());
    }
  }

  /** Knows whether a report is being written while it evaluates. */
  public static final class Witness extends PeriodicDataIteratorCallback {
    private static final long serialVersionUID = 1;
    private static final AtomicBoolean HAS_REPORT = new AtomicBoolean();

    public Witness(DataIteratorConfig config, Map<String, Object> options) {
      super("witness", config);
    }

    @Override
    protected NDList processData(EvaluationBatch batch, EvaluationModel model) {
      return results("predicted", model.forward(batch.get("x")).argMax(1));
    }

    @Override
    protected void processResults(EvaluationResults results, Invocation at) {
      HAS_REPORT.set(
          Thread.getAllStackTraces().keySet().stream()
              .anyMatch(thread -> thread.getName().equals("ostinato-report")));
    }
  }

  @BeforeEach
  void writeTheExampleOfTheDocs() throws IOException {
    Matcher yaml =
        Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(DOCS));
    assertThat(yaml.find()).isTrue();
    try (InputStream in =
        TrainCommandTest.class.getResourceAsStream("/io/ostinato/jobs/quickstart/digits.csv")) {
      List<String> digits =
          new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.US_ASCII)
              .lines()
              .toList();
      Files.write(folder.resolve("train.csv"), digits.subList(0, 1437));
      Files.write(folder.resolve("test.csv"), digits.subList(1437, 1797));
    }
    file =
        Files.writeString(
            folder.resolve("run.yaml"),
            yaml.group(1)
                .replace("train.csv", folder.resolve("train.csv").toString())
                .replace("test.csv", folder.resolve("test.csv").toString())
                .replace("output: runs", "output: " + folder.resolve("runs")));
  }

  @Test
  void theExampleLearnsTheDigitsAndItsResolvedFileGivesTheSameNumbers() throws IOException {
    assertThat(train("--set", "run_id=first")).as(err.toString()).isZero();
    List<JsonObject> first = metrics("first");
    JsonObject last = first.get(first.size() - 1);
    assertThat(last.get("accuracy/test").getAsDouble()).isBetween(0.88, 1.0);
    assertThat(last.keySet()).contains("log_loss/test", "f1_macro/test");
    assertThat(out.toString())
        .containsPattern("(?m)^E1_U22_S1408 +.*accuracy/test 0\\.\\d+")
        .containsPattern("(?m)^accuracy/test +0\\.\\d+ +0\\.\\d+ +E\\d+_U\\d+_S\\d+")
        .doesNotContain("train_time")
        .endsWith("The files of this run are in " + run("first") + System.lineSeparator());
    Path resolved = run("first").resolve("config.yaml");
    assertThat(Files.readString(resolved)).contains("beta1: 0.9\n", "batch_size: 256\n");
    file = resolved;
    assertThat(train("--set", "run_id=second")).as(err.toString()).isZero();
    assertThat(metrics("second")).isEqualTo(first).hasSizeGreaterThan(4);
    assertThat(run("second").resolve("config.yaml")).hasSameTextualContentAs(resolved);
  }

  @Test
  void aResumedTrainingGoesOnWithItsOwnCallbacksClassAndOverrides() throws IOException {
    String callback =
        "callbacks.3={kind: %s, options: {scale: 0.5}}".formatted(Share.class.getName());
    String[] options = {
      "--set", callback, "--set", "optimizer.learning_rate=1e-3", "--set", "model=digits_cnn"
    };
    assertThat(train(with(options, "run_id=whole", "length.epochs=2"))).as(err.toString()).isZero();
    String elsewhere = "checkpoints=file://" + folder.resolve("elsewhere");
    assertThat(train(with(options, elsewhere, "run_id=parts", "length.epochs=1"))).isZero();
    assertThat(train(with(options, elsewhere, "resume=parts", "length.epochs=2"))).isZero();
    assertThat(folder.resolve("elsewhere/parts/latest")).hasContent("E2_U44_S2816");
    assertThat(run("parts").resolve("checkpoints")).doesNotExist();
    assertThat(metrics("parts")).isEqualTo(metrics("whole"));
    assertThat(metrics("whole").get(2).get("rows/test").getAsDouble()).isEqualTo(180);
    assertThat(metrics("whole").get(2).get("optim/lr/all").getAsDouble()).isEqualTo(0.001f);
    assertThat(Files.readString(run("parts").resolve("config.yaml")))
        .contains("kind: " + Share.class.getName(), "scale: 0.5")
        .doesNotContain("resume", "run_id");
    assertThat(train("--check", "--set", "resume=gone")).isEqualTo(2);
    assertThat(err.toString())
        .contains("--set resume=gone: run 'gone' has no checkpoint to resume from");
  }

  @Test
  void theCallbacksRunOnceAtACheckpointAndTheRunStaysAsItIs() throws IOException {
    assertThat(train("--set", "run_id=first", "--set", "length={epochs: 2}")).isZero();
    Files.writeString(run("first").resolve("checkpoints/latest"), "../../x");
    Map<String, String> before = contents(run("first"));
    double last = metrics("first").get(2).get("accuracy/test").getAsDouble();

    AtomicInteger code = new AtomicInteger();
    String witness = "callbacks.3={kind: %s}".formatted(Witness.class.getName());
    assertThat(
            LogLines.of(
                () ->
                    code.set(
                        evaluate(
                            "--set",
                            "run_id=first",
                            "--set",
                            witness,
                            "--format",
                            "json",
                            "--evaluate"))))
        .as("warnings of the damaged mark")
        .filteredOn(line -> line.contains("passed over: "))
        .singleElement(InstanceOfAssertFactories.STRING)
        .contains("the newest whole checkpoint in", "is 'E2_U44_S2816'");
    assertThat(code).as(err.toString()).hasValue(0);
    JsonObject report = JsonParser.parseString(out.toString()).getAsJsonObject();
    assertThat(report.keySet()).containsExactly("run", "iteration", "metrics", "seconds");
    assertThat(report.get("run").getAsString()).isEqualTo("first");
    assertThat(report.get("iteration").getAsString()).isEqualTo("E2_U44_S2816");
    JsonObject measured = report.getAsJsonObject("metrics");
    assertThat(measured.keySet())
        .containsExactlyInAnyOrder("accuracy/test", "log_loss/test", "f1_macro/test");
    assertThat(measured.get("accuracy/test").getAsDouble()).isEqualTo(last);

    Path weights =
        Files.copy(
            run("first").resolve("checkpoints/E2_U44_S2816.safetensors"),
            folder.resolve("weights.safetensors"));
    Path kept = folder.resolve("kept");
    assertThat(Witness.HAS_REPORT).as("of files that are deleted").isFalse();
    assertThat(evaluate("--set", witness, "--evaluate=" + weights, "--output", kept.toString()))
        .as(err.toString())
        .isZero();
    assertThat(Witness.HAS_REPORT).isTrue();
    assertThat(out.toString())
        .startsWith("E2_U44_S2816 of first in ")
        .contains("  accuracy/test  %.6f%n".formatted(last))
        .containsPattern("The files of this evaluation are in " + kept + "/\\d{8}-\\d{6}-\\d{3}\n");
    try (Stream<Path> runs = Files.list(kept)) {
      assertThat(runs)
          .singleElement()
          .satisfies(
              run -> assertThat(run.resolve("metrics.jsonl")).content().contains("E2_U44_S2816"));
    }

    Path whole = run("first").resolve("checkpoints/E2_U44_S2816.safetensors");
    assertThat(evaluate("--set", "model.hidden=[7]", "--evaluate=" + whole)).isEqualTo(1);
    assertThat(err.toString())
        .contains(
            "the checkpoint at E2_U44_S2816 doesn't belong to this training: the weights don't match"
                + " the model: '02Linear_bias' is float32 (128) in the weights but float32"
                + " (7) in the model");
    assertThat(contents(run("first"))).as("the run").isEqualTo(before);
  }

  @Test
  void aRefusedResumeLeavesTheRunAsItIsAndDamageIsTold() throws IOException {
    assertThat(train("--set", "run_id=first", "--set", "length={epochs: 2}")).isZero();
    Path log = run("first").resolve("metrics.jsonl");
    List<String> lines = Files.readAllLines(log);
    Files.write(log, lines.subList(0, 1));
    Map<String, String> before = contents(run("first"));
    String[] resume = {"--set", "resume=first", "--set", "length={epochs: 3}"};
    assertThat(train(resume)).isEqualTo(2);
    assertThat(err.toString())
        .hasLineCount(1)
        .contains(
            "--set resume=first: checkpoint 'E2_U44_S2816' stands on records that '" + log,
            "it has 1 records instead of 3: 2 are missing; restore the file, or set lost_metrics:"
                + " accept")
        .doesNotContain("Exception");
    assertThat(contents(run("first"))).isEqualTo(before);
    assertThat(
            train(
                "--set",
                "resume={run_id: first, lost_metrics: accept}",
                "--set",
                "length={epochs: 3}"))
        .as(err.toString())
        .isZero();
    assertThat(metrics("first")).hasSize(2);

    Path weights = run("first").resolve("checkpoints/E3_U66_S4224.safetensors");
    Files.write(weights, new byte[9]);
    String problem = "its file 'E3_U66_S4224.safetensors' has 9 bytes instead of";
    err.getBuffer().setLength(0);
    assertThat(train("--set", "run_id=first", "--evaluate")).isEqualTo(2);
    assertThat(err.toString())
        .contains(
            "--evaluate latest: run 'first' has no whole newest checkpoint: checkpoint"
                + " 'E3_U66_S4224': "
                + problem)
        .doesNotContain("Exception");
    err.getBuffer().setLength(0);
    assertThat(train("--set", "run_id=first", "--evaluate", "E3_U66_S4224")).isEqualTo(2);
    assertThat(err.toString())
        .contains("checkpoint 'E3_U66_S4224' of run 'first' is damaged: " + problem);
    before = contents(run("first"));
    err.getBuffer().setLength(0);
    assertThat(train(resume)).isEqualTo(2);
    assertThat(err.toString())
        .contains(
            "--set resume=first: run 'first' has no whole checkpoint to resume from", problem);
    assertThat(contents(run("first"))).isEqualTo(before);
  }

  @Test
  void callbacksOfOneMetricMayBothRunWhereTheyNeverMeet() throws IOException {
    String metric = "callbacks.3={kind: metric, metrics: accuracy, every_n_updates: %s}";
    assertThat(train(with(new String[0], metric.formatted(11), "length={epochs: 1}"))).isEqualTo(2);
    assertThat(err.toString())
        .contains(
            "--set callbacks.3=",
            "callbacks 'metrics.test' and 'metrics.test' both write the metric 'accuracy/test' at"
                + " E1_U22_S1408; remove it from one of them",
            "; the other is at " + file + ":")
        .doesNotContain("Exception");
    assertThat(folder.resolve("runs")).doesNotExist();
    assertThat(
            evaluate(with(new String[0], metric.formatted(20), "length={epochs: 1}", "run_id=a")))
        .as(err.toString())
        .isZero();
    assertThat(metrics("a"))
        .filteredOn(record -> record.has("accuracy/test"))
        .as("at U20 and U22")
        .hasSize(2);
  }

  @Test
  void callbacksOfAveragesAreSkippedWhereThereAreNone() throws IOException {
    String[] options = {
      "--set", "callbacks.3={kind: ema, factors: 0.9}",
      "--set", "callbacks.4={kind: metric, metrics: accuracy, weights: ema=0.9}",
      "--set", "callbacks.5={kind: offline_loss, weights: ema=0.9}"
    };
    assertThat(train(with(options, "run_id=first", "length={epochs: 1}"))).isZero();
    PrintStream console = System.err;
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
    try {
      assertThat(
              evaluate(
                  with(
                      options,
                      List.of("--format", "json", "--evaluate", "best_model.accuracy.test"),
                      "run_id=first")))
          .as(err.toString())
          .isZero();
    } finally {
      System.setErr(console);
    }
    assertThat(JsonParser.parseString(out.toString()).getAsJsonObject().getAsJsonObject("metrics"))
        .extracting(JsonObject::keySet)
        .asInstanceOf(InstanceOfAssertFactories.collection(String.class))
        .containsExactlyInAnyOrder("accuracy/test", "log_loss/test", "f1_macro/test");
    assertThat(log.toString(StandardCharsets.UTF_8).lines())
        .filteredOn(line -> line.contains("are skipped"))
        .singleElement()
        .asString()
        .contains(
            "WARN",
            "the checkpoint at E1_U22_S1408 has no averages beside its weights, so these"
                + " callbacks are skipped: 'metrics.test.ema=0.9',"
                + " 'offline_loss.test.ema=0.9.E1'");
    assertThat(
            evaluate(
                with(
                    options,
                    List.of("--evaluate", "best_model.accuracy.test"),
                    "callbacks.0.weights=ema=0.9",
                    "callbacks.4.dataset_name=again",
                    "callbacks.2.metric=accuracy/test.ema=0.9",
                    "run_id=first")))
        .as("nothing would be left")
        .isEqualTo(2);
    assertThat(err.toString())
        .contains("evaluates the weights 'ema=0.9', and the checkpoint at E1_U22_S1408 has only");
  }

  private static String[] with(String[] options, List<String> more, String... overrides) {
    return Stream.concat(Stream.of(with(options, overrides)), more.stream()).toArray(String[]::new);
  }

  @Test
  void aCheckpointThatIsntThereIsToldBeforeSparkStarts() throws IOException {
    Files.createDirectories(run("begun").resolve("checkpoints"));
    Map<List<String>, String> wrong =
        Map.of(
            List.of("--evaluate"),
            "--evaluate latest: say of which run, as in --set run_id=20261124-120000-000, or give"
                + " the file of a checkpoint",
            List.of("--set", "run_id=gone", "--evaluate"),
            "--evaluate latest: there is no run 'gone' in '%s'; there are: begun",
            List.of("--set", "resume=begun", "--evaluate"),
            "--evaluate latest: run 'begun' has no newest checkpoint; it has: none",
            List.of("--set", "run_id=begun", "--evaluate", "E1_U1_S1"),
            "--evaluate E1_U1_S1: run 'begun' has no checkpoint 'E1_U1_S1'; it has: none",
            List.of("--evaluate", "/gone/a.safetensors"),
            "--evaluate /gone/a.safetensors: there is no such file",
            List.of("--evaluate", "/gone/net.pt"),
            "--evaluate /gone/net.pt: this is no checkpoint of a training, whose name ends with"
                + " .safetensors; other models are evaluated by: evaluate --model /gone/net.pt",
            List.of("--set", "seed=x", "--evaluate", "/gone/net.pt"),
            "--set seed=x: 'seed' must be a whole number; given: 'x'",
            List.of("--format", "json"),
            "--format requires --evaluate");
    wrong.forEach(
        (options, told) -> {
          err.getBuffer().setLength(0);
          assertThat(train(options.toArray(String[]::new))).as(told).isEqualTo(2);
          assertThat(err.toString())
              .startsWith(told.formatted(folder.resolve("runs")) + System.lineSeparator());
        });
    err.getBuffer().setLength(0);
    assertThat(command("--evaluate", file.toString())).isEqualTo(2);
    assertThat(err.toString())
        .startsWith(
            "missing configuration file, which comes before --evaluate; for example: train run.yaml"
                + " --evaluate");
  }

  @Test
  void theConsolePrintsAllMetricsWhereTheCommandPrints() {
    assertThat(
            train(
                with(
                    new String[0],
                    "trackers=[console]",
                    "length={updates: 2}",
                    "callbacks=[{kind: online_loss, every_n_updates: 1}]")))
        .as(err.toString())
        .isZero();
    assertThat(out.toString())
        .containsPattern("(?m)^E0_U0_S0 +.*param_count/model 9610")
        .containsPattern("(?m)^E0_U1_S64 +loss/online/")
        .containsPattern("(?m)^E0_U2_S128 +loss/online/");
  }

  @Test
  void whatOnlySparkCanTellIsToldWithItsLineToo() {
    assertThat(
            train(
                "--set", "datasets.evaluations.test.path=/gone.csv",
                "--set", "datasets.train.columns.x.column=pixel"))
        .isEqualTo(2);
    assertThat(err.toString())
        .contains("/gone.csv")
        .containsPattern("run.yaml:9: .*pixel.*\n")
        .hasLineCount(2);
    err.getBuffer().setLength(0);
    assertThat(train("--set", "datasets.train.limit=100k")).isEqualTo(2);
    assertThat(err.toString())
        .contains("has 1437 rows of 264 bytes, which exceeds its limit of 100k; raise limit");
    assertThat(folder.resolve("runs")).doesNotExist();
  }

  @Test
  void theMistakesOfTheDocsAreToldTogether() throws IOException {
    Files.writeString(
        file,
        Files.readString(file)
            .replace("effective_batch_size", "effective_batchsize")
            .replace("dataset_key: test", "dataset_key: tets"));
    assertThat(train("--check", "--set", "seed=x")).isEqualTo(2);
    String told = err.toString().replace(file.toString(), "run.yaml");
    assertThat(told).hasLineCount(3);
    assertThat(Files.readString(DOCS)).contains("```\n" + told + "```");
  }

  @Test
  void aCheckRunsNothing() {
    assertThat(train("--check", "--set", "length={updates: 7}")).isZero();
    assertThat(out.toString())
        .isEqualToIgnoringNewLines(
            file
                + " is valid: mlp, adam, 7 updates, 64 samples per update; evaluations on: test;"
                + " callbacks: metric, checkpoint, best_checkpoint");
    assertThat(folder.resolve("runs")).doesNotExist();
  }

  @Test
  void aConfigurationIsReadFromAnyFileSystemOfHadoop() {
    assertThat(command("--check", file.toUri().toString())).as(err.toString()).isZero();
    assertThat(out.toString()).startsWith(file.toUri() + " is valid: mlp, adam");
  }

  @Test
  void wrongUsageIsToldInOneLine() throws IOException {
    Path binary = Files.write(folder.resolve("binary.yaml"), new byte[] {(byte) 0xFF});
    Map<String, String> wrong =
        Map.of(
            "gone.yaml",
            "there is no file 'gone.yaml'",
            "file:/gone.yaml",
            "there is no file 'file:/gone.yaml'",
            folder.toString(),
            "can't read '" + folder + "': Is a directory",
            binary.toString(),
            "can't read '" + binary + "': it is not valid UTF-8 text",
            "hdf://a/run.yaml",
            "can't read 'hdf://a/run.yaml': No FileSystem for scheme \"hdf\"");
    wrong.forEach(
        (path, told) -> {
          err.getBuffer().setLength(0);
          assertThat(command(path)).isEqualTo(2);
          assertThat(err.toString()).startsWith(told + System.lineSeparator());
        });
    err.getBuffer().setLength(0);
    assertThat(command()).isEqualTo(2);
    assertThat(err.toString()).startsWith("missing configuration file");
  }

  /** What the options print, and nothing that was printed before. */
  private int evaluate(String... options) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return train(options);
  }

  /** All files below a folder, with their bytes. */
  private static Map<String, String> contents(Path folder) throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        contents.put(
            folder.relativize(file).toString(), HexFormat.of().formatHex(Files.readAllBytes(file)));
      }
    }
    return contents;
  }

  private static String[] with(String[] options, String... overrides) {
    List<String> all = new ArrayList<>(List.of(options));
    Stream.of(overrides).forEach(override -> all.addAll(List.of("--set", override)));
    return all.toArray(String[]::new);
  }

  private int train(String... options) {
    List<String> all = new ArrayList<>(List.of(file.toString()));
    all.addAll(List.of(options));
    return command(all.toArray(String[]::new));
  }

  private int command(String... arguments) {
    return new CommandLine(new TrainCommand())
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  private Path run(String id) {
    return folder.resolve("runs").resolve(id);
  }

  /** All that doesn't depend on the speed of the machine. */
  private List<JsonObject> metrics(String id) throws IOException {
    List<JsonObject> all = new ArrayList<>();
    for (String line : Files.readAllLines(run(id).resolve("metrics.jsonl"))) {
      JsonObject metrics =
          JsonParser.parseString(line).getAsJsonObject().getAsJsonObject("metrics");
      List.copyOf(metrics.keySet()).stream()
          .filter(key -> key.startsWith("train_time/"))
          .forEach(metrics::remove);
      all.add(metrics);
    }
    return all;
  }
}
