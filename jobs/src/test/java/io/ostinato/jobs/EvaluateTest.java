package io.ostinato.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
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
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluateTest {
  /** F.cross_entropy of module a and the labels, by torch 2.7.1. */
  private static final double CROSS_ENTROPY = 1.1128976345062256;

  private static final long FIRST_ID = 1_000_000_000_000L;

  @TempDir static Path shared;
  private static String data = "";
  private static String model = "";

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir Path folder;

  @BeforeAll
  static void writeFiles() throws IOException {
    data = shared.resolve("images.parquet").toString();
    model = TorchFixtures.module("batchnorm-a.pt", shared.resolve("E5_U110_S7040.pt")).toString();
    try (SparkSession spark = TestSpark.local(Map.of())) {
      TorchFixtures.writeImages(spark, Path.of(data));
    }
  }

  @Test
  void jsonIsExactlyOneObjectWithTheNumbersOfPyTorch() {
    assertThat(evaluate("--metric", "cross_entropy", "--metric", "accuracy", "--format", "json"))
        .as(err.toString())
        .isZero();
    assertThat(out.toString()).hasLineCount(1).startsWith("{\"model\":");
    JsonObject report = JsonParser.parseString(out.toString()).getAsJsonObject();
    assertThat(report.keySet()).containsExactly("model", "rows", "metrics", "seconds");
    assertThat(report.get("model").getAsString()).isEqualTo(model);
    assertThat(report.get("rows").getAsLong()).isEqualTo(TorchFixtures.ROWS);
    JsonObject metrics = report.getAsJsonObject("metrics");
    assertThat(metrics.keySet()).containsExactly("cross_entropy", "accuracy");
    assertThat(metrics.get("cross_entropy").getAsDouble())
        .isCloseTo(CROSS_ENTROPY, within(1e-6 * CROSS_ENTROPY));
    assertThat(metrics.get("accuracy").getAsDouble()).isEqualTo(4 / 16.0);
  }

  @Test
  void predictionsAndRunFolderAreWrittenBesideTheTable() throws IOException {
    Path predictions = folder.resolve("out.parquet");
    Path runs = folder.resolve("runs");
    assertThat(
            evaluate(
                "--metric",
                "top_k:2",
                "--metric",
                UserMetric.yaml("speed", "higher_is_better"),
                "--metric",
                UserMetric.yaml("rank"),
                "--batch-size",
                "5",
                "--dataset",
                "val",
                "--predictions",
                predictions.toString(),
                "--output",
                runs.toString()))
        .as(err.toString())
        .isZero();
    assertThat(out.toString())
        .contains("16 rows", "  top_2_accuracy  0.", "The predictions are in " + predictions);
    assertThat(names(folder)).containsExactlyInAnyOrder("out.parquet", "runs");
    Path run = runs.resolve(names(runs).get(0));
    assertThat(names(run))
        .filteredOn(name -> !name.startsWith("."))
        .containsExactlyInAnyOrder(
            "metrics.jsonl",
            "evaluations.jsonl",
            "summary.json",
            "evaluation.json",
            "run.json",
            "report.html");
    assertThat(Files.readString(run.resolve("report.html")))
        .contains("\"kind\":\"evaluation\"", "\"status\":\"finished\"", "\"--batch-size\":\"5\"")
        .contains("\"key\":\"speed/val\"", "\"direction\":\"higher_is_better\"");
    List<JsonObject> evaluations = WatchLines.of(run.resolve("evaluations.jsonl"));
    assertThat(evaluations).as("one for the metrics, one for the predictions").hasSize(2);
    for (JsonObject evaluation : evaluations) {
      assertThat(evaluation.get("iteration").getAsString()).isEqualTo("E5_U110_S7040");
      assertThat(evaluation.get("dataset").getAsString()).isEqualTo("val");
      assertThat(evaluation.get("outcome").getAsString()).isEqualTo("ok");
      assertThat(evaluation.getAsJsonObject("certificate").get("rows_evaluated").getAsLong())
          .isEqualTo(16);
    }
    assertThat(evaluations.get(0).getAsJsonObject("certificate"))
        .isEqualTo(evaluations.get(1).getAsJsonObject("certificate"));
    assertThat(Files.readString(run.resolve("metrics.jsonl")))
        .hasLineCount(1)
        .contains("\"iteration\":\"E5_U110_S7040\"", "\"top_2_accuracy/val\":0.");
    JsonObject summary =
        JsonParser.parseString(Files.readString(run.resolve("summary.json"))).getAsJsonObject();
    assertThat(summary.getAsJsonObject("speed/val").keySet())
        .as("the metric says which of its values are better")
        .containsExactly("last", "best");
    assertThat(summary.getAsJsonObject("rank/val").keySet()).containsExactly("last");
    checkPredictions(predictions);
  }

  @Test
  void keptColumnsTellWhichRowIsWhichWhereSparkReadsFilesInAnotherOrder() throws IOException {
    Path files = filesOfDifferentSizes(2, 11, TorchFixtures.ROWS);
    Path predictions = folder.resolve("out.parquet");
    int code =
        run(
            "evaluate",
            "--model=" + model,
            "--data=" + files,
            "--input=image:float32:1,5,5",
            "--keep=id:int64",
            "--keep=label:int32",
            "--batch-size=4",
            "--predictions=" + predictions);
    assertThat(code).as(err.toString()).isZero();
    float[][] expected = TorchFixtures.expected("a");
    List<Long> ids = new ArrayList<>();
    try (SparkSession spark = TestSpark.local(Map.of())) {
      List<Row> rows = spark.read().parquet(predictions.toString()).orderBy("row").collectAsList();
      assertThat(rows.get(0).schema().fieldNames())
          .containsExactly("row", "id", "label", "outputs");
      for (Row row : rows) {
        int image = (int) (row.<Long>getAs("id") - FIRST_ID);
        ids.add(row.getAs("id"));
        assertThat(row.<Integer>getAs("label")).isEqualTo(image % TorchFixtures.CLASSES);
        List<Float> outputs = row.getList(row.fieldIndex("outputs"));
        for (int c = 0; c < TorchFixtures.CLASSES; c++) {
          assertThat(outputs.get(c)).isCloseTo(expected[image][c], within(1e-5f));
        }
      }
    }
    assertThat(ids).hasSize(TorchFixtures.ROWS).doesNotHaveDuplicates();
    assertThat(ids.get(0)).as("the largest file comes first").isEqualTo(FIRST_ID + 2);
  }

  /** The images with ids, in files that are named in their order and begin at these rows. */
  private Path filesOfDifferentSizes(int... ends) throws IOException {
    Path files = Files.createDirectories(folder.resolve("files.parquet"));
    try (SparkSession spark = TestSpark.local(Map.of())) {
      int start = 0;
      for (int end : ends) {
        Path part = folder.resolve("part-" + end);
        spark
            .read()
            .parquet(data)
            .selectExpr("monotonically_increasing_id() + " + FIRST_ID + " AS id", "image", "label")
            .where("id >= %s AND id < %s".formatted(FIRST_ID + start, FIRST_ID + end))
            .coalesce(1)
            .write()
            .parquet(part.toString());
        for (String name : names(part)) {
          if (name.endsWith(".parquet")) {
            Files.move(part.resolve(name), files.resolve("%03d.parquet".formatted(start)));
          }
        }
        start = end;
      }
    }
    return files;
  }

  /** In the order of the files, without sorting. */
  private static void checkPredictions(Path predictions) throws IOException {
    float[][] expected = TorchFixtures.expected("a");
    try (SparkSession spark = TestSpark.local(Map.of())) {
      List<Row> rows = new ArrayList<>();
      for (String file : names(predictions).stream().filter(n -> n.endsWith(".parquet")).toList()) {
        rows.addAll(spark.read().parquet(predictions.resolve(file).toString()).collectAsList());
      }
      assertThat(rows).hasSize(TorchFixtures.ROWS);
      for (int i = 0; i < rows.size(); i++) {
        assertThat(rows.get(i).<Long>getAs("row")).isEqualTo(i);
        List<Float> outputs = rows.get(i).getList(rows.get(i).fieldIndex("outputs"));
        for (int c = 0; c < TorchFixtures.CLASSES; c++) {
          assertThat(outputs.get(c)).isCloseTo(expected[i][c], within(1e-5f));
        }
      }
    }
  }

  @Test
  void allMistakesOfTheOptionsAreToldTogetherBeforeSparkStarts() {
    assertThat(
            run(
                "evaluate",
                "--model",
                model,
                "--data",
                data,
                "--input",
                "image:float31:1,5,5",
                "--label",
                "label:int64:x",
                "--metric",
                "acuracy",
                "--data-schema",
                "image arry<float>",
                "--batch-size",
                "0"))
        .isEqualTo(2);
    assertThat(err.toString())
        .contains(
            "the schema 'image arry<float>' is invalid (",
            "--input image:float31:1,5,5: 'float31' is not a data type; use one of float32",
            "--label label:int64:x: 'x' is not a valid shape",
            "did you mean 'accuracy'?",
            "--batch-size 0 must be at least 1");
  }

  @Test
  void aWrongMetricHidesNoMistakeOfTheColumns() {
    assertThat(evaluate("--metric", "acuracy", "--model-inputs", "a,b")).isEqualTo(2);
    assertThat(err.toString())
        .contains("did you mean 'accuracy'?", "has 2 names for the 1 inputs of --input");
  }

  @Test
  void theSchemaOfTheDataReplacesThatOfTheFormat() {
    assertThat(evaluate("--metric", "accuracy", "--data-schema", "label bigint")).isEqualTo(1);
    assertThat(err.toString())
        .contains("images.parquet' as parquet: the dataset has no column 'image'; it has: label");
  }

  @Test
  void aHungAttemptIsCancelledAtItsDeadlineAndRepeatedIfAsked() throws IOException {
    Path first = folder.resolve("first");
    Path second = folder.resolve("second");
    String deadline = "--deadline=3s";
    assertThat(evaluate("--metric", OddMetric.hanging(first), deadline)).isEqualTo(1);
    assertThat(err.toString())
        .hasLineCount(1)
        .startsWith("error: can't evaluate '" + model + "': the evaluation was cancelled after ")
        .contains("because its deadline is 3 s: ", " of 16 rows were done; still running: ");
    OddMetric.letGo(first);
    assertThat(
            evaluate(
                "--metric",
                OddMetric.hanging(second),
                deadline,
                "--on-failure",
                "retry 1",
                "--format",
                "json"))
        .as(err.toString())
        .isZero();
    assertThat(out.toString()).hasLineCount(1).contains("\"metrics\":{\"odd\":0.25}");
    OddMetric.letGo(second);
  }

  @Test
  void aMetricThatIsNotANumberFailsTheEvaluationIfAsked() {
    assertThat(evaluate("--metric", OddMetric.nan(), "--non-finite", "fail")).isEqualTo(1);
    assertThat(err.toString())
        .hasLineCount(1)
        .contains("1 of 1 metrics are NaN or infinite: odd=NaN; check the data and the model's");
  }

  @Test
  void policiesAreCheckedBeforeSparkStarts() {
    assertThat(
            evaluate(
                "--metric",
                "accuracy",
                "--on-failure",
                "retry",
                "--deadline",
                "10",
                "--bad-rows",
                "skip",
                "--non-finite",
                "no"))
        .isEqualTo(2);
    assertThat(err.toString())
        .contains("--on-failure 'retry' must be fail, warn, retry n, or retry n then warn")
        .contains("--deadline '10' must be a duration such as 30s, 10m or 2h")
        .contains("--bad-rows 'skip' must be fail or skip n")
        .contains("--non-finite 'no' must be one of accept, fail");
    assertThat(evaluate("--metric", "accuracy", "--on-failure", "retry 2 then warn")).isEqualTo(2);
    assertThat(err.toString())
        .contains("--on-failure 'retry 2 then warn': there is nothing to continue with; use fail");
  }

  @Test
  void wrongUsageIsToldWithTheRemedy() {
    assertThat(evaluate()).isEqualTo(2);
    assertThat(err.toString()).contains("nothing to evaluate: add --metric");
    assertThat(evaluate("--predictions", "out.parquet", "--output", "runs")).isEqualTo(2);
    assertThat(err.toString()).contains("--output requires metrics: add --metric");
    assertThat(evaluate("--metric", "accuracy", "--keep", "id:int64")).isEqualTo(2);
    assertThat(err.toString()).contains("--keep requires --predictions");
    assertThat(run("evaluate", "--model", "a.onnx", "--data", data)).isEqualTo(2);
    assertThat(err.toString()).contains("missing --input");
    assertThat(run(with("--model", "a.safetensors", "--metric", "accuracy"))).isEqualTo(2);
    assertThat(err.toString())
        .contains("'a.safetensors' contains only weights; specify their architecture");
    assertThat(run(with("--model", "a.zip", "--metric", "accuracy"))).isEqualTo(2);
    assertThat(err.toString()).contains("'a.zip': unknown model format; expected .pt,");
    assertThat(evaluate("--metric", "nonsense")).isEqualTo(2);
    assertThat(err.toString()).contains("known: accuracy, average_precision");
  }

  @Test
  void aFailureIsOneLineAndWhereItComesFromOnlyIfAsked() {
    assertThat(run(with("--model", "gone.pt", "--metric", "accuracy"))).isEqualTo(1);
    assertThat(err.toString()).isEqualTo("error: there is no model 'gone.pt'\n");
    assertThat(out.toString()).isEmpty();
    assertThat(run(with("--model", "gone.pt", "--metric", "accuracy", "--stacktrace")))
        .isEqualTo(1);
    assertThat(err.toString()).contains("ModelException", "at io.ostinato.jobs");
  }

  @Test
  void aLocalModelMayHaveAColonInItsName() throws IOException {
    Path here = Path.of("net:" + folder.getFileName() + ".pt");
    Path there = Files.createDirectories(folder.resolve("a:b")).resolve("net:12.pt");
    try {
      for (Path file : List.of(here, there)) {
        Files.copy(Path.of(model), file);
        assertThat(run(with("--model", file.toString(), "--metric", "accuracy")))
            .as(err.toString())
            .isZero();
        assertThat(out.toString()).contains(file + ": 16 rows");
      }
    } finally {
      Files.delete(here);
    }
  }

  @Test
  void whereAColonLeadsNowhereIsToldInOneLine() throws IOException {
    assertThat(run(with("--model", "net:12.pt", "--metric", "accuracy"))).isEqualTo(1);
    assertThat(told())
        .isEqualTo(
            "error: can't read 'net:12.pt': there is no such file on this machine, and 'net' is not"
                + " a file system that Hadoop supports\n");
    assertThat(run(with("--model", "hdfs:net.pt", "--metric", "accuracy"))).isEqualTo(1);
    assertThat(told())
        .isEqualTo(
            "error: can't read 'hdfs:net.pt': 'hdfs:' must be followed by an absolute path, for"
                + " example hdfs:///folder/net.pt\n");
    assertThat(run(with("--model", "hdf://a/net.pt", "--metric", "accuracy"))).isEqualTo(1);
    assertThat(told())
        .isEqualTo("error: can't read 'hdf://a/net.pt': No FileSystem for scheme \"hdf\"\n");
  }

  private String told() {
    String told = err.toString();
    err.getBuffer().setLength(0);
    return told;
  }

  @Test
  void helpTeachesAndShellsComplete() {
    assertThat(run("evaluate", "--help")).isZero();
    assertThat(out.toString())
        .contains("Examples:", "--metric accuracy --metric cross_entropy", "Exit codes: 0 success");
    assertThat(run("generate-completion")).isZero();
    assertThat(out.toString()).contains("complete -F", "--predictions");
  }

  private int evaluate(String... options) {
    List<String> all = new ArrayList<>(List.of("--model", model));
    all.addAll(List.of(options));
    return run(with(all.toArray(String[]::new)));
  }

  private static String[] with(String... options) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "evaluate",
                "--data",
                data,
                "--input",
                "image:float32:1,5,5",
                "--label",
                "label:int64"));
    all.addAll(List.of(options));
    return all.toArray(String[]::new);
  }

  private int run(String... args) {
    return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
