package io.ostinato.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.ostinato.evaluation.TorchModules;
import io.ostinato.spark.TestSpark;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models of several outputs on the command line. */
class ModelOutputTest {
  private static final int ROWS = 8;

  @TempDir static Path folder;
  private static Path data = Path.of("");
  private static Path model = Path.of("");

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  /** The labels are what the output 'out' says, so that its accuracy is 1. */
  @BeforeAll
  static void writeFiles() throws IOException {
    data = folder.resolve("rows.parquet");
    model = folder.resolve("dict.pt");
    try (InputStream in = TorchModules.class.getResourceAsStream("/torchscript/dict.pt")) {
      Files.write(model, Objects.requireNonNull(in).readAllBytes());
    }
    float[] probe = TorchModules.probe();
    float[] outputs = TorchModules.expected("dict");
    List<Row> rows = new ArrayList<>();
    for (int row = 0; row < ROWS; row++) {
      Float[] x = new Float[4];
      for (int i = 0; i < x.length; i++) {
        x[i] = probe[row * x.length + i];
      }
      rows.add(RowFactory.create(x, (long) highest(outputs, row)));
    }
    try (SparkSession spark = TestSpark.local(Map.of())) {
      spark
          .createDataFrame(
              rows,
              new StructType()
                  .add("x", DataTypes.createArrayType(DataTypes.FloatType))
                  .add("y", DataTypes.LongType))
          .coalesce(1)
          .write()
          .parquet(data.toString());
    }
  }

  @Test
  void ofADictTheNamesAreListedWhereNoneIsChosen() {
    assertThat(evaluate("--metric", "accuracy", "--label", "y:int64")).isEqualTo(1);
    assertThat(err.toString())
        .contains("can't evaluate '%s'".formatted(model))
        .contains("the model has the outputs out, aux, z, a, and which one is meant can't be told")
        .contains("name one, as in 'out'");
  }

  @Test
  void theOutputThatIsNamedIsCompared() {
    assertThat(
            evaluate("--metric=accuracy", "--label=y:int64", "--model-output=out", "--format=json"))
        .as(err.toString())
        .isZero();
    assertThat(
            JsonParser.parseString(out.toString())
                .getAsJsonObject()
                .getAsJsonObject("metrics")
                .get("accuracy")
                .getAsDouble())
        .isEqualTo(1.0);
  }

  @Test
  void predictionsHaveTheNamesOfTheOutputs() {
    Path predictions = folder.resolve("out.parquet");
    assertThat(evaluate("--predictions=" + predictions)).as(err.toString()).isZero();
    float[] expected = TorchModules.expected("dict");
    try (SparkSession spark = TestSpark.local(Map.of())) {
      List<Row> rows = spark.read().parquet(predictions.toString()).orderBy("row").collectAsList();
      assertThat(rows).hasSize(ROWS);
      assertThat(rows.get(0).schema().fieldNames()).containsExactly("row", "out", "aux", "z", "a");
      List<Float> first = rows.get(0).getList(rows.get(0).fieldIndex("out"));
      for (int i = 0; i < 3; i++) {
        assertThat(first.get(i)).isCloseTo(expected[i], within(1e-5f));
      }
    }
  }

  @Test
  void metricsOfSeveralOutputsAreMeasuredAtOnce() {
    assertThat(
            evaluate(
                "--metric=accuracy:output=out",
                "--metric=accuracy:output=a",
                "--metric=top_k:k=2,output=out",
                "--label=y:int64",
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
    assertThat(evaluate("--metric=accuracy", "--label=y:int64", "--model-output= ")).isEqualTo(2);
    assertThat(err.toString())
        .contains("--model-output ' ' must be a name, or a position counted from 0");
  }

  private static int highest(float[] outputs, int row) {
    int highest = 0;
    for (int i = 1; i < 3; i++) {
      if (outputs[row * 3 + i] > outputs[row * 3 + highest]) {
        highest = i;
      }
    }
    return highest;
  }

  private int evaluate(String... options) {
    List<String> all =
        new ArrayList<>(
            List.of("evaluate", "--model=" + model, "--data=" + data, "--input=x:float32:4"));
    all.addAll(List.of(options));
    return Main.run(
        new PrintWriter(out, true), new PrintWriter(err, true), all.toArray(String[]::new));
  }
}
