package io.ostinato.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.ostinato.jobs.metric.MetricText;
import io.ostinato.metric.MetricBatch;
import io.ostinato.metric.MetricStates;
import io.ostinato.spark.TestSpark;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several labels, masks and embeddings on the command line. */
class LabelsAndMasksTest {
  private static final int ROWS = TorchFixtures.ROWS;
  private static final int LABELS = TorchFixtures.CLASSES;

  @TempDir static Path folder;
  private static String data = "";
  private static String model = "";

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeAll
  static void writeFiles() throws IOException {
    data = folder.resolve("rows.parquet").toString();
    model = TorchFixtures.module("batchnorm-a.pt", folder.resolve("a.pt")).toString();
    float[][] images = TorchFixtures.images();
    List<Row> rows = new ArrayList<>();
    for (int row = 0; row < ROWS; row++) {
      Float[] image = new Float[images[row].length];
      Long[] labels = new Long[LABELS];
      Boolean[] counts = new Boolean[LABELS];
      for (int i = 0; i < image.length; i++) {
        image[i] = images[row][i];
      }
      for (int label = 0; label < LABELS; label++) {
        labels[label] = label(row, label);
        counts[label] = counts(row, label);
      }
      rows.add(RowFactory.create(image, labels, counts, group(row), row % 4 == 0));
    }
    try (SparkSession spark = TestSpark.local(Map.of())) {
      spark
          .createDataFrame(
              rows,
              new StructType()
                  .add("image", DataTypes.createArrayType(DataTypes.FloatType))
                  .add("labels", DataTypes.createArrayType(DataTypes.LongType))
                  .add("counts", DataTypes.createArrayType(DataTypes.BooleanType))
                  .add("group", DataTypes.LongType)
                  .add("is_query", DataTypes.BooleanType))
          .repartition(3)
          .write()
          .parquet(data);
    }
  }

  private static long label(int row, int label) {
    return (row * 5 + label * 3) % 7 < 3 ? 1 : 0;
  }

  private static boolean counts(int row, int label) {
    return (row + label) % 3 != 0;
  }

  /** Beyond what a double holds exactly. */
  private static long group(int row) {
    return (1L << 60) + row % 5;
  }

  @Test
  void labelsAreMeasuredAsTheirMetricsDo() throws IOException {
    List<String> metrics =
        List.of(
            "accuracy:label_axis=1",
            "accuracy:label_axis=1,mask=counts,name=counted",
            "accuracy:label_axis=1,threshold=0.4,name=low",
            "exact_match:label_axis=1,mask=counts",
            "f1:classes=3,label_axis=1",
            "roc_auc:label_axis=1,mask=counts",
            "log_loss:label_axis=1,mask=counts");
    JsonObject measured =
        measured(metrics, "--label=labels:int64:3", "--column=counts:boolean:3", "--batch-size=5");
    Map<String, Double> expected = expected(metrics);
    assertThat(measured.keySet()).isEqualTo(expected.keySet());
    expected.forEach(
        (name, value) ->
            assertThat(measured.get(name).getAsDouble()).as(name).isCloseTo(value, within(1e-5)));
  }

  @Test
  void embeddingsSearchThoseOfTheOtherRows() throws IOException {
    List<String> metrics = List.of("recall_at_k:k=3,queries=is_query", "mrr");
    JsonObject one =
        measured(metrics, "--label=group:int64", "--column=is_query:boolean", "--batch-size=2");
    JsonObject other =
        measured(
            metrics,
            "--label=group:int64",
            "--column=is_query:boolean",
            "--sql=SELECT * FROM {data} ORDER BY is_query, group",
            "--batch-size=16");
    assertThat(one).as("whatever the order").isEqualTo(other);
    assertThat(one.get("mrr").getAsDouble()).isBetween(0.1, 1.0);
  }

  @Test
  void aColumnThatIsMissingIsNamed() {
    assertThat(evaluate(List.of("accuracy:label_axis=1,mask=counts"), "--label=labels:int64:3"))
        .isEqualTo(1);
    assertThat(err.toString())
        .hasLineCount(1)
        .contains(
            "the metric 'accuracy' reads the column 'counts', which is not among those given: image,"
                + " labels; add it, as in --column counts:int64");
    err.getBuffer().setLength(0);
    assertThat(
            evaluate(
                List.of("accuracy:label_axis=1,mask=group"),
                "--label=labels:int64:3",
                "--column=group:int64"))
        .isEqualTo(1);
    assertThat(err.toString())
        .hasLineCount(1)
        .contains(
            "the mask 'group' must be 1 for positions that count and 0 for others; given: 1.1");
    err.getBuffer().setLength(0);
    assertThat(evaluate(List.of("accuracy", "accuracy:threshold=0.3"), "--label=group:int64"))
        .isEqualTo(2);
    assertThat(err.toString())
        .contains(
            "two metrics are named 'accuracy'; set the name of one, as in accuracy:name=other");
  }

  private static Map<String, Double> expected(List<String> metrics) throws IOException {
    float[][] outputs = TorchFixtures.expected("a");
    MetricStates states =
        MetricStates.zero(
            metrics.stream().map(text -> MetricText.parse("--metric", text)).toList());
    try (NDManager manager = NDManager.newBaseManager()) {
      Shape shape = new Shape(1, LABELS);
      for (int row = 0; row < ROWS; row++) {
        long[] labels = new long[LABELS];
        boolean[] counts = new boolean[LABELS];
        for (int label = 0; label < LABELS; label++) {
          labels[label] = label(row, label);
          counts[label] = counts(row, label);
        }
        states.update(
            new NDList(
                named(manager.create(outputs[row], shape), MetricBatch.OUTPUTS),
                named(manager.create(labels, shape), MetricBatch.TARGETS),
                named(manager.create(counts, shape), MetricBatch.columnOf("counts"))));
      }
    }
    return states.results();
  }

  private static NDArray named(NDArray array, String name) {
    array.setName(name);
    return array;
  }

  private JsonObject measured(List<String> metrics, String... options) {
    assertThat(evaluate(metrics, options)).as(err.toString()).isZero();
    return JsonParser.parseString(out.toString()).getAsJsonObject().getAsJsonObject("metrics");
  }

  private int evaluate(List<String> metrics, String... options) {
    out.getBuffer().setLength(0);
    List<String> all =
        new ArrayList<>(
            List.of(
                "evaluate",
                "--model=" + model,
                "--data=" + data,
                "--input=image:float32:1,5,5",
                "--format=json"));
    metrics.forEach(metric -> all.add("--metric=" + metric));
    all.addAll(List.of(options));
    return Main.run(
        new PrintWriter(out, true), new PrintWriter(err, true), all.toArray(String[]::new));
  }
}
