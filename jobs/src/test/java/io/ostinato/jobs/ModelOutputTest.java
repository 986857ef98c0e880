package io.ostinato.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.ostinato.model.TorchModules;
import io.ostinato.spark.TestSpark;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Models of several outputs on the command line. */
@Tag("spark35")
class ModelOutputTest {
  private static final int ROWS = 8;
  private static final String PROBABILITIES = "probabilities";

  @TempDir static Path folder;
  private static Path data = Path.of("");

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  /** The features of the probe; the labels are another column for each model, see {@link #of}. */
  @BeforeAll
  static void writeFiles() {
    data = folder.resolve("rows.parquet");
    float[] probe = TorchModules.probe();
    List<Row> rows = new ArrayList<>();
    for (int row = 0; row < ROWS; row++) {
      Float[] x = new Float[4];
      for (int i = 0; i < x.length; i++) {
        x[i] = probe[row * x.length + i];
      }
      rows.add(RowFactory.create(x, row, 100L + row));
    }
    try (SparkSession spark = TestSpark.local(Map.of())) {
      spark
          .createDataFrame(
              rows,
              new StructType()
                  .add("x", DataTypes.createArrayType(DataTypes.FloatType))
                  .add("place", DataTypes.IntegerType)
                  .add("id", DataTypes.LongType))
          .coalesce(1)
          .write()
          .parquet(data.toString());
    }
  }

  @Test
  void ofADictTheNamesAreListedWhereNoneIsChosen() {
    Case dict = of("torchscript/dict.pt", TorchModules.expected("dict"));
    assertThat(dict.evaluate("--metric=accuracy")).isEqualTo(1);
    assertThat(err.toString())
        .hasLineCount(1)
        .contains("can't evaluate '%s'".formatted(dict.model()))
        .contains("the model has the outputs out, aux, z, a, so the output to use is ambiguous")
        .contains("select one, as in '--model-output out' or 'output: out'");
  }

  @Test
  void theOutputThatIsNamedIsCompared() {
    Case dict = of("torchscript/dict.pt", TorchModules.expected("dict"));
    assertThat(dict.accuracy("--model-output=out")).isEqualTo(1.0);
    assertThat(dict.accuracy("--model-output=0")).isEqualTo(1.0);
    assertThat(dict.crossEntropy("--model-output=name:out"))
        .isCloseTo(dict.expectedCrossEntropy(), within(1e-5));
    assertThat(dict.evaluate("--metric=accuracy", "--model-output=main")).isEqualTo(1);
    assertThat(err.toString())
        .contains("the model has no output 'main'; it has the outputs out, aux, z, a");
  }

  @ParameterizedTest
  @CsvSource({
    "tuple, 1, 0",
    "loss-logits, 1, 0",
    "heads, 1, 0",
    "heads, logits, aux",
    "numbers, position:0, position:1",
    "numbers, name:1, name:0",
    "paths, 1, 0.1",
    "paths, 0.a, 0.b"
  })
  void theOutputIsTheOneThatPyTorchGivesThere(String model, String main, String other) {
    Case labelled = of("outputs/" + model + ".pt", TorchModules.expectedOutputs(model, "main"));
    assertThat(labelled.accuracy("--model-output=" + main)).isEqualTo(1.0);
    assertThat(labelled.crossEntropy("--model-output=" + main))
        .isCloseTo(labelled.expectedCrossEntropy(), within(1e-5));
    Case side = of("outputs/" + model + ".pt", TorchModules.expectedOutputs(model, "side"));
    if (model.equals("loss-logits")) {
      assertThat(side.evaluate("--metric=accuracy", "--model-output=" + other)).isEqualTo(1);
      assertThat(err.toString()).contains("needs outputs of the shape", "given: outputs ()");
    } else {
      assertThat(side.crossEntropy("--model-output=" + other))
          .isCloseTo(side.expectedCrossEntropy(), within(1e-5));
    }
  }

  @Test
  void ofATupleTheFirstIsComparedAndOfALossAndLogitsNone() {
    Case side = of("outputs/tuple.pt", TorchModules.expectedOutputs("tuple", "side"));
    assertThat(side.crossEntropy()).isCloseTo(side.expectedCrossEntropy(), within(1e-5));
    Case heads = of("outputs/heads.pt", TorchModules.expectedOutputs("heads", "side"));
    assertThat(heads.crossEntropy()).isCloseTo(heads.expectedCrossEntropy(), within(1e-5));
    Case loss = of("outputs/loss-logits.pt", TorchModules.expectedOutputs("loss-logits", "main"));
    assertThat(loss.evaluate("--metric=accuracy")).isEqualTo(1);
    assertThat(err.toString())
        .contains("the model has the outputs 0, 1, so the output to use is ambiguous; select one")
        .contains("as in '--model-output 1' or 'output: 1'");
  }

  @Test
  void aNumberThatIsANameAndAnotherPositionIsRefused() {
    Case numbers = of("outputs/numbers.pt", TorchModules.expectedOutputs("numbers", "main"));
    assertThat(numbers.evaluate("--metric=accuracy", "--model-output=0")).isEqualTo(1);
    assertThat(err.toString())
        .hasLineCount(1)
        .contains(
            "'0' is the name of the output at position 1, and the position of the output '1';"
                + " select one with name:0 or position:0");
  }

  @Test
  void predictionsHaveTheNamesOfTheOutputs() {
    Case dict = of("torchscript/dict.pt", TorchModules.expected("dict"));
    List<Row> rows = dict.predictions("dict", "--keep=id:int64");
    assertThat(rows.get(0).schema().fieldNames())
        .containsExactly("row", "id", "out", "aux", "z", "a");
    assertColumn(rows, "out", TorchModules.expected("dict"));
    assertThat(rows).extracting(row -> row.<Long>getAs("id")).startsWith(100L, 101L);
    Case tuple = of("outputs/tuple.pt", TorchModules.expectedOutputs("tuple", "main"));
    List<Row> unnamed = tuple.predictions("tuple");
    assertThat(unnamed.get(0).schema().fieldNames()).containsExactly("row", "outputs", "outputs_1");
    assertColumn(unnamed, "outputs", TorchModules.expectedOutputs("tuple", "side"));
    assertColumn(unnamed, "outputs_1", TorchModules.expectedOutputs("tuple", "main"));
    Case paths = of("outputs/paths.pt", TorchModules.expectedOutputs("paths", "main"));
    List<Row> nested = paths.predictions("paths");
    assertThat(nested.get(0).schema().fieldNames())
        .containsExactly("row", "0_a", "0_b", "outputs_1");
    assertColumn(nested, "0_b", TorchModules.expectedOutputs("paths", "side"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          name-y      | the output 'y' and the column 'Y' of --keep would both be the column 'y' of
          name-row    | the output 'row' and the index in the dataset would both be the column 'row'
          names-alike | the output 'logits' and the output 'Logits' would both be the column 'logits'
          names-dots  | the output 'a_b' and the output 'a.b' would both be the column 'a_b' of
          """)
  void predictionsThatWouldLoseANameAreRefused(String model, String problem) {
    Case named = of("outputs/" + model + ".pt", TorchModules.expectedOutputs(model, "main"));
    String sql = "--sql=SELECT *, id AS Y FROM (" + named.sql() + ")";
    for (String[] options : new String[][] {{}, {"--metric=accuracy", "--model-output=1"}}) {
      err.getBuffer().setLength(0);
      Path predictions = folder.resolve(model + "-refused.parquet");
      List<String> all = new ArrayList<>(List.of(options));
      all.addAll(List.of(sql, "--keep=Y:int64", "--predictions=" + predictions));
      if (options.length == 0) {
        assertThat(named.evaluate(all)).isEqualTo(1);
        assertThat(err.toString())
            .hasLineCount(1)
            .contains(problem)
            .contains("; select one output with --model-output, or ");
        assertThat(predictions).doesNotExist();
      } else {
        assertThat(named.evaluate(all)).as(err.toString()).isZero();
        assertThat(predictions).isNotEmptyDirectory();
      }
    }
  }

  @Test
  void aColumnThatCollidesCanBeRenamedAsTheLineSays() {
    Case named = of("outputs/name-y.pt", TorchModules.expectedOutputs("name-y", "main"));
    String sql = "SELECT *, id AS y FROM (" + named.sql() + ")";
    Path refused = folder.resolve("y-refused.parquet");
    assertThat(named.evaluate("--sql=" + sql, "--keep=y:int64", "--predictions=" + refused))
        .isEqualTo(1);
    assertThat(err.toString())
        .contains("for example with --sql 'SELECT *, y AS y_kept FROM {data}', or rename");
    List<Row> rows =
        named.predictions(
            "y", "--sql=SELECT *, y AS y_kept FROM (" + sql + ")", "--keep=y_kept:int64");
    assertThat(rows.get(0).schema().fieldNames()).containsExactly("row", "y_kept", "other", "y");
    assertThat(rows.get(1).<Long>getAs("y_kept")).isEqualTo(101L);
    assertColumn(rows, "y", TorchModules.expectedOutputs("name-y", "main"));
  }

  @Test
  void whatIsWrongWithPredictionsIsToldBeforeTheMetricsAreThrough() {
    Case heads = of("outputs/heads.pt", TorchModules.expectedOutputs("heads", "main"));
    String sql =
        "--sql=SELECT x, id AS aux, IF(id = 107, 9L, label) AS label FROM (%s)"
            .formatted(heads.sql());
    assertThat(heads.evaluate("--metric=accuracy", sql, "--batch-size=4")).isEqualTo(1);
    assertThat(err.toString()).contains("rows 4 to 7", "the target 9");
    Path late = folder.resolve("late.parquet");
    assertThat(
            heads.evaluate(
                "--metric=accuracy",
                sql,
                "--batch-size=4",
                "--keep=aux:int64",
                "--predictions=" + late))
        .isEqualTo(1);
    assertThat(err.toString())
        .contains("the output 'aux' and the column 'aux' of --keep would both be")
        .doesNotContain("target");
  }

  @Test
  void outputsWithoutRowsAreNoPredictions() {
    Case loss = of("outputs/loss-logits.pt", TorchModules.expectedOutputs("loss-logits", "main"));
    Path predictions = folder.resolve("loss.parquet");
    assertThat(loss.evaluate("--predictions=" + predictions)).isEqualTo(1);
    assertThat(err.toString())
        .hasLineCount(1)
        .contains("the output '0' has the shape () for a batch of 8 rows, but predictions need")
        .contains("; select one output with --model-output");
    List<Row> rows = loss.predictions("logits", "--model-output=1");
    assertThat(rows.get(0).schema().fieldNames()).containsExactly("row", "outputs");
    assertColumn(rows, "outputs", TorchModules.expectedOutputs("loss-logits", "main"));
  }

  @Test
  void metricsOfSeveralOutputsAreMeasuredAtOnce() {
    assertThat(
            of("torchscript/dict.pt", TorchModules.expected("dict"))
                .evaluate(
                    "--metric=accuracy:output=out",
                    "--metric=accuracy:output=a",
                    "--metric=top_k:k=2,output=out",
                    "--format=json"))
        .as(err.toString())
        .isZero();
    JsonObject metrics =
        JsonParser.parseString(out.toString()).getAsJsonObject().getAsJsonObject("metrics");
    assertThat(metrics.keySet())
        .containsExactly("accuracy.out", "accuracy.a", "top_2_accuracy.out");
    assertThat(metrics.get("accuracy.out").getAsDouble()).isEqualTo(1.0);
    assertThat(metrics.get("accuracy.a").getAsDouble()).isLessThan(1.0);
  }

  @Test
  void anOutputNeedsAName() {
    Case dict = of("torchscript/dict.pt", TorchModules.expected("dict"));
    assertThat(dict.evaluate("--metric=accuracy", "--model-output= ")).isEqualTo(2);
    assertThat(err.toString())
        .contains("--model-output ' ' must be a name, or a position counted from 0");
  }

  @Test
  void aClassifierOfScikitLearnIsComparedByItsProbabilities() {
    for (String model : List.of("classifier", "classifier-two")) {
      Case onnx =
          of("outputs/" + model + ".onnx", TorchModules.expectedOutputs(model, PROBABILITIES));
      err.getBuffer().setLength(0);
      assertThat(onnx.evaluate("--metric=accuracy")).isEqualTo(1);
      assertThat(err.toString())
          .hasLineCount(1)
          .contains(
              "the model has the outputs label, probabilities, so the output to use is"
                  + " ambiguous")
          .contains("select one, as in '--model-output probabilities' or 'output: probabilities'");
      assertThat(onnx.accuracy("--model-output=probabilities")).isEqualTo(1.0);
      assertThat(onnx.accuracy("--model-output=1")).isEqualTo(1.0);
      List<Row> rows = onnx.predictions(model);
      assertThat(rows.get(0).schema().fieldNames()).containsExactly("row", "label", PROBABILITIES);
      assertColumn(rows, PROBABILITIES, TorchModules.expectedOutputs(model, PROBABILITIES));
      assertThat(rows)
          .extracting(row -> (int) row.<Long>getAs("label").longValue())
          .containsExactlyElementsOf(onnx.labels());
    }
  }

  @Test
  void anOnnxModelWhoseOutputIsAKeptColumnIsRefusedBeforeTheDataIsRead() {
    String model = "classifier";
    Case onnx =
        of("outputs/" + model + ".onnx", TorchModules.expectedOutputs(model, PROBABILITIES));
    String unreadable = "--sql=SELECT x, CAST(raise_error('read') AS BIGINT) AS label FROM {data}";
    Path predictions = folder.resolve("label.parquet");
    assertThat(onnx.evaluate(unreadable, "--keep=label:int64", "--predictions=" + predictions))
        .isEqualTo(1);
    assertThat(err.toString())
        .hasLineCount(1)
        .contains(
            "the output 'label' and the column 'label' of --keep would both be the column 'label'"
                + " of the predictions; select one output with --model-output, or rename the"
                + " column");
    assertThat(predictions).doesNotExist();
    List<Row> rows = onnx.predictions("one", "--keep=label:int64", "--model-output=probabilities");
    assertThat(rows.get(0).schema().fieldNames()).containsExactly("row", "label", "outputs");
    assertColumn(rows, "outputs", TorchModules.expectedOutputs(model, PROBABILITIES));
  }

  @Test
  void theLabelOfAClassifierIsNotTakenForScores() {
    for (String model : List.of("classifier", "classifier-two")) {
      Case onnx =
          of("outputs/" + model + ".onnx", TorchModules.expectedOutputs(model, PROBABILITIES));
      err.getBuffer().setLength(0);
      int code = onnx.evaluate("--metric=accuracy", "--model-output=label", "--format=json");
      if (code == 0) {
        assertThat(metric("accuracy")).as(model).isEqualTo(1.0);
      } else {
        assertThat(err.toString()).as(model).hasLineCount(1).contains("can't evaluate");
      }
    }
  }

  @Test
  void otherFormsOfAClassifierAreRightOrRefused() {
    String model = "classifier-zipmap";
    Case maps =
        of("outputs/" + model + ".onnx", TorchModules.expectedOutputs(model, PROBABILITIES));
    for (String output : List.of("", "--model-output=output_label")) {
      err.getBuffer().setLength(0);
      assertThat(
              output.isEmpty()
                  ? maps.evaluate("--metric=accuracy")
                  : maps.evaluate("--metric=accuracy", output))
          .isEqualTo(1);
      assertThat(err.toString())
          .hasLineCount(1)
          .contains("its output 'output_probability' is not a tensor; convert a scikit-learn model")
          .contains("zipmap=False");
    }
    err.getBuffer().setLength(0);
    Case columns =
        of("outputs/classifier-columns.onnx", TorchModules.expectedOutputs(model, PROBABILITIES));
    assertThat(columns.evaluate("--metric=accuracy")).isEqualTo(1);
    assertThat(err.toString())
        .contains(
            "the model has the outputs output_label, i0, i1, i2, so the output to use is"
                + " ambiguous");
    Case text =
        of("outputs/classifier-text.onnx", TorchModules.expectedOutputs(model, PROBABILITIES));
    assertThat(text.accuracy()).isEqualTo(1.0);
    assertThat(text.predictions("text").get(0).schema().fieldNames())
        .containsExactly("row", "outputs");
  }

  /** A model, and scores by which its rows are labelled, so that their accuracy is 1. */
  private Case of(String resource, float[] scores) {
    Path model = folder.resolve(resource.replace('/', '-'));
    try {
      Files.write(model, TorchModules.content("/" + resource));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Case(model, scores);
  }

  private final class Case {
    private final Path model;
    private final float[] scores;

    Case(Path model, float[] scores) {
      this.model = model;
      this.scores = scores;
    }

    Path model() {
      return model;
    }

    List<Integer> labels() {
      int classes = scores.length / ROWS;
      return IntStream.range(0, ROWS)
          .mapToObj(
              row ->
                  IntStream.range(0, classes)
                      .boxed()
                      .max(Comparator.comparing(i -> scores[row * classes + i]))
                      .orElseThrow())
          .toList();
    }

    /** The rows with their labels as y. */
    String sql() {
      return "SELECT x, id, CAST(array(%s)[place] AS BIGINT) AS label FROM {data}"
          .formatted(labels().stream().map(String::valueOf).collect(Collectors.joining(", ")));
    }

    double expectedCrossEntropy() {
      int classes = scores.length / ROWS;
      double sum = 0;
      for (int row = 0; row < ROWS; row++) {
        double all = 0;
        for (int i = 0; i < classes; i++) {
          all += Math.exp(scores[row * classes + i]);
        }
        sum += Math.log(all) - scores[row * classes + labels().get(row)];
      }
      return sum / ROWS;
    }

    double accuracy(String... options) {
      return measured("accuracy", options);
    }

    double crossEntropy(String... options) {
      return measured("cross_entropy", options);
    }

    private double measured(String metric, String... options) {
      List<String> all = new ArrayList<>(List.of(options));
      all.addAll(List.of("--metric=" + metric, "--format=json"));
      assertThat(evaluate(all)).as(err.toString()).isZero();
      return metric(metric);
    }

    List<Row> predictions(String name, String... options) {
      Path predictions = folder.resolve(name + "-predictions.parquet");
      List<String> all = new ArrayList<>(List.of(options));
      all.add("--predictions=" + predictions);
      assertThat(evaluate(all)).as(err.toString()).isZero();
      try (SparkSession spark = TestSpark.local(Map.of())) {
        List<Row> rows =
            spark.read().parquet(predictions.toString()).orderBy("row").collectAsList();
        assertThat(rows).hasSize(ROWS);
        return rows;
      }
    }

    int evaluate(String... options) {
      return evaluate(List.of(options));
    }

    int evaluate(List<String> options) {
      out.getBuffer().setLength(0);
      err.getBuffer().setLength(0);
      List<String> all =
          new ArrayList<>(
              List.of("evaluate", "--model=" + model, "--data=" + data, "--input=x:float32:4"));
      all.addAll(options);
      if (options.stream().noneMatch(option -> option.startsWith("--sql"))) {
        all.add("--sql=" + sql());
      }
      if (options.stream().anyMatch(option -> option.startsWith("--metric"))) {
        all.add("--label=label:int64");
      }
      return Main.run(
          new PrintWriter(out, true), new PrintWriter(err, true), all.toArray(String[]::new));
    }
  }

  private double metric(String name) {
    return JsonParser.parseString(out.toString())
        .getAsJsonObject()
        .getAsJsonObject("metrics")
        .get(name)
        .getAsDouble();
  }

  private static void assertColumn(List<Row> rows, String column, float[] expected) {
    int width = expected.length / ROWS;
    for (int row = 0; row < ROWS; row++) {
      List<Float> numbers = rows.get(row).getList(rows.get(row).fieldIndex(column));
      assertThat(numbers).hasSize(width);
      for (int i = 0; i < width; i++) {
        assertThat(numbers.get(i)).isCloseTo(expected[row * width + i], within(1e-5f));
      }
    }
  }
}
