package io.ostinato.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.ostinato.LogLines;
import io.ostinato.spark.TestSpark;
import io.ostinato.weights.WeightSnapshot;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands on ONNX files. */
class OnnxTest {
  @TempDir static Path shared;
  private static Path data = Path.of("");

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir Path folder;

  @BeforeAll
  static void writeData() throws IOException {
    data = shared.resolve("images.parquet");
    try (SparkSession spark = TestSpark.local(Map.of())) {
      TorchFixtures.writeImages(spark, data);
    }
  }

  @Test
  void metricsAndPredictionsAreThoseOfTheSameWeightsInPyTorch() throws IOException {
    WeightSnapshot weights = OnnxFixtures.weights(1);
    float[][] torch = OnnxFixtures.outputs(weights);
    Path onnx = Files.write(folder.resolve("E1.onnx"), OnnxFixtures.mlp(weights));
    Path predictions = folder.resolve("out.parquet");
    assertThat(run(onnx, "image:float32:1,5,5", "--batch-size=5", "--predictions=" + predictions))
        .as(err.toString())
        .isZero();
    JsonObject report = JsonParser.parseString(out.toString()).getAsJsonObject();
    double expected = WatchLines.crossEntropy(torch);
    assertThat(report.getAsJsonObject("metrics").get("cross_entropy").getAsDouble())
        .isCloseTo(expected, within(1e-6 * expected));
    try (SparkSession spark = TestSpark.local(Map.of())) {
      List<Row> rows = inOrderOfFiles(spark, predictions);
      assertThat(rows).hasSize(TorchFixtures.ROWS);
      for (int i = 0; i < rows.size(); i++) {
        assertThat(rows.get(i).<Long>getAs("row")).isEqualTo(i);
        List<Float> outputs = rows.get(i).getList(rows.get(i).fieldIndex("outputs"));
        assertThat(outputs).hasSize(TorchFixtures.CLASSES);
        for (int c = 0; c < TorchFixtures.CLASSES; c++) {
          assertThat(outputs.get(c)).isCloseTo(torch[i][c], within(1e-6f));
        }
      }
    }
  }

  @Tag("spark35")
  @Test
  void probabilitiesThatNobodySaidAreOnesAreWarnedOfOnce() throws IOException {
    Path softmax =
        Files.write(
            folder.resolve("softmax.onnx"),
            OnnxFixtures.node("Softmax", OnnxFixtures.FLOAT, 1, "b"));
    List<String> logged =
        LogLines.of(
            () ->
                assertThat(run(softmax, "image:float32:25", "--metric=log_loss", "--metric=brier"))
                    .as(err.toString())
                    .isZero());
    assertThat(logged)
        .filteredOn(line -> line.contains("sum to 1"))
        .singleElement()
        .asString()
        .contains(
            "the metrics 'cross_entropy', 'log_loss', 'brier' are possibly wrong",
            "outputs=probabilities");
    assertThat(
            LogLines.of(
                () ->
                    assertThat(run(softmax, "image:float32:25", "--metric=log_loss:probabilities"))
                        .isZero()))
        .filteredOn(line -> line.contains("'log_loss'"))
        .isEmpty();
  }

  @Tag("spark35")
  @Test
  void whatDoesNotFitIsOneLine() throws IOException {
    WeightSnapshot weights = OnnxFixtures.weights(1);
    byte[] whole = OnnxFixtures.mlp(weights);
    Path onnx = Files.write(folder.resolve("whole.onnx"), whole);
    fails(
        onnx, "image:float32:25", "ONNX Runtime: Invalid rank for input: image Got: 2 Expected: 4");
    Path one = Files.write(folder.resolve("one.onnx"), OnnxFixtures.mlpOfOneRow(weights));
    fails(
        one,
        "image:float32:1,5,5",
        "rows 0 to 15",
        "invalid dimensions",
        "exported for batches of 1;");
    Path cut = Files.write(folder.resolve("cut.onnx"), Arrays.copyOf(whole, whole.length / 2));
    fails(cut, "image:float32:1,5,5", "is truncated after", "was it still being written?");
    Path unknown =
        Files.write(
            folder.resolve("unknown.onnx"),
            OnnxFixtures.node("Nonsense", OnnxFixtures.FLOAT, 1, "b"));
    fails(unknown, "image:float32:1,5,5", "can't load an ONNX model", "Nonsense");
    assertThat(run(onnx, "image:float32:1,5,5", "--architecture", OnnxFixtures.MLP)).isEqualTo(2);
    assertThat(err.toString())
        .contains("whole.onnx' is an ONNX model, which contains its architecture; remove");
  }

  private void fails(Path model, String input, String... parts) {
    err.getBuffer().setLength(0);
    assertThat(run(model, input)).isEqualTo(1);
    assertThat(err.toString())
        .hasLineCount(1)
        .startsWith("error: can't evaluate '" + model + "': ")
        .contains(parts)
        .doesNotContain("Exception", "ai.djl", "ai.onnxruntime");
  }

  private int run(Path model, String input, String... more) {
    List<String> options =
        new ArrayList<>(
            List.of(
                "evaluate",
                "--model=" + model,
                "--data=" + data,
                "--input=" + input,
                "--label=label:int64",
                "--metric=cross_entropy",
                "--format=json"));
    options.addAll(Arrays.asList(more));
    return Main.run(
        new PrintWriter(out, true), new PrintWriter(err, true), options.toArray(String[]::new));
  }

  /** Without sorting. */
  private static List<Row> inOrderOfFiles(SparkSession spark, Path predictions) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(predictions)) {
      files = all.filter(file -> file.toString().endsWith(".parquet")).sorted().toList();
    }
    List<Row> rows = new ArrayList<>();
    files.forEach(file -> rows.addAll(spark.read().parquet(file.toString()).collectAsList()));
    return rows;
  }
}
