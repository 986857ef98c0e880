package io.ostinato.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonParser;
import io.ostinato.evaluation.DataChangedException;
import io.ostinato.jobs.config.ConfigurationException;
import io.ostinato.jobs.data.DataException;
import io.ostinato.jobs.modelfile.ModelException;
import io.ostinato.spark.TestSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluatorTest {
  private static final String IMAGE = "image:float32:1,5,5";
  private static final AtomicInteger LEFT_OUT = new AtomicInteger();
  private static final AtomicInteger SEED = new AtomicInteger();
  private static SparkSession spark;
  private static Dataset<Row> images;
  @TempDir Path folder;

  @BeforeAll
  static void start() throws IOException {
    spark = TestSpark.local(Map.of());
    images = shuffledImages();
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @Test
  void aDataFrameIsEvaluatedInAFewLines() throws IOException {
    EvaluatorSpec spec =
        EvaluatorSpec.create()
            .input(IMAGE)
            .label("label:int64")
            .metric("accuracy")
            .metric("top_k:2")
            .batchSize(8);
    try (Evaluator evaluator = Evaluator.on(images, spec)) {
      for (String letter : List.of("a", "b", "a")) {
        var json = JsonParser.parseString(evaluator.evaluate(file(letter)).toJson());
        var metrics = json.getAsJsonObject().getAsJsonObject("metrics");
        assertThat(metrics.get("accuracy").getAsDouble()).isEqualTo(TorchFixtures.accuracy(letter));
        assertThat(metrics.keySet()).containsExactly("accuracy", "top_2_accuracy");
      }
    }
  }

  @Test
  void keysAsMapAndAsJsonMeanTheSameInShortAndInLongForm() throws IOException {
    String file = file("a");
    Map<String, Object> keys =
        Map.of(
            "inputs", List.of(Map.of("column", "image", "shape", List.of(1, 5, 5))),
            "label", Map.of("column", "label", "type", "int64"),
            "metrics", List.of("accuracy", Map.of("kind", "top_k", "k", 2)),
            "batch_size", 5);
    try (Evaluator fromMap = Evaluator.on(images, keys);
        Evaluator fromJson =
            Evaluator.on(
                images,
                "{\"inputs\": \"image:float32:1,5,5\", \"label\": \"label:int64\", \"metrics\":"
                    + " [\"accuracy\", \"top_k:2\"], \"bad_rows\": \"skip 2\"}")) {
      assertThat(fromMap.evaluate(file).metrics())
          .hasSize(2)
          .isEqualTo(fromJson.evaluate(file).metrics());
    }
  }

  @Test
  void modulesInMemoryAreEvaluatedByTheirBytes() throws IOException {
    byte[] module = Files.readAllBytes(Path.of(file("c")));
    try (Evaluator evaluator = Evaluator.on(images, spec())) {
      assertThat(evaluator.evaluate(module).metrics())
          .containsEntry("accuracy", TorchFixtures.accuracy("c"));
      assertThat(evaluator.evaluate("epoch=7", module).model()).isEqualTo("epoch=7");
      assertThat(evaluator.evaluate("epoch=7", module).evaluations().get(0).tag().iteration())
          .hasToString("E7_U0_S0");
      assertThatThrownBy(() -> evaluator.evaluate("half", Arrays.copyOf(module, 999)))
          .isInstanceOf(ModelException.class)
          .message()
          .startsWith("can't evaluate 'half': ")
          .hasLineCount(1);
    }
  }

  @Test
  void eachRowStandsBesideItsOwnOutputs() throws IOException {
    float[][] expected = TorchFixtures.expected("b");
    try (Evaluator evaluator = Evaluator.on(images, spec())) {
      Dataset<Row> predicted = evaluator.predict(file("b"));
      assertThat(predicted.columns()).containsExactly("number", "image", "label", "row", "outputs");
      assertThat(numbers(predicted)).isEqualTo(numbers(images));
      for (Row row : predicted.collectAsList()) {
        assertClose(row, expected[row.<Integer>getAs("number")]);
      }
      assertThat(evaluator.evaluate(file("b")).metrics())
          .containsEntry("accuracy", TorchFixtures.accuracy("b"));
    }
  }

  @Test
  void rowsInAnotherOrderEachTimeStillStandBesideTheirOwnOutputs() throws IOException {
    float[][] expected = TorchFixtures.expected("a");
    Dataset<Row> unstable =
        spark.createDataFrame(
            images.javaRDD().mapPartitions(EvaluatorTest::inAnotherOrder), images.schema());
    assertThat(numbers(unstable)).isNotEqualTo(numbers(unstable));
    Dataset<Row> predicted;
    try (Evaluator evaluator = Evaluator.on(unstable, spec())) {
      predicted = evaluator.predict(Files.readAllBytes(Path.of(file("a"))));
    }
    List<Integer> order = numbers(predicted);
    assertThat(order).doesNotHaveDuplicates().hasSize(TorchFixtures.ROWS);
    assertThat(numbers(predicted)).isEqualTo(order);
    for (Row row : predicted.collectAsList()) {
      assertClose(row, expected[row.<Integer>getAs("number")]);
    }
  }

  @Test
  void anotherNumberOfRowsThanWasEvaluatedIsAnError() throws IOException {
    LEFT_OUT.set(0);
    Dataset<Row> shrinking =
        spark.createDataFrame(
            images.javaRDD().filter(row -> row.<Integer>getAs("number") >= LEFT_OUT.get()),
            images.schema());
    try (Evaluator evaluator = Evaluator.on(shrinking, spec())) {
      evaluator.evaluate(file("a"));
      LEFT_OUT.set(1);
      assertThatThrownBy(() -> evaluator.predict(file("a")))
          .isInstanceOf(DataChangedException.class)
          .hasMessageContaining("it had 16 rows, and 15 now");
    }
  }

  @Test
  void rowsThatAreSkippedHaveNoOutputs() throws IOException {
    Dataset<Row> withBad =
        images.withColumn("image", functions.expr("if(number = 3, slice(image, 1, 7), image)"));
    try (Evaluator evaluator = Evaluator.on(withBad, spec().set("bad_rows", "skip 1"))) {
      assertThat(evaluator.evaluate(file("a")).toJson()).contains("\"rows\":15,\"skipped\":1");
      Dataset<Row> predicted = evaluator.predict(file("a"));
      assertThat(predicted.count()).isEqualTo(TorchFixtures.ROWS);
      assertThat(numbers(predicted.where("outputs is null"))).containsExactly(3);
    }
  }

  @Test
  void mistakesAreToldTogetherWithTheKnownKeys() {
    Map<String, Object> keys =
        Map.of(
            "inputs",
            List.of("image:float99", "label:one_hot:3,tpye=int64"),
            "metrics",
            List.of("acuracy", "top_k:x"),
            "batch_size",
            0,
            "metrcs",
            "accuracy");
    assertThatThrownBy(() -> Evaluator.on(images, keys))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("evaluator: inputs image:float99: 'float99' is not a data type")
        .hasMessageContaining("unknown key 'tpye' in 'inputs.0.as'; did you mean 'type'?")
        .hasMessageContaining(
            "metrics acuracy: unknown kind 'acuracy' in 'metrics.0'; did you mean")
        .hasMessageContaining("metrics top_k:x: 'metrics.1.k' must be a whole number")
        .hasMessageContaining("evaluator: 'batch_size' must be at least 1")
        .hasMessageContaining(
            "unknown key 'metrcs'; did you mean 'metrics'? Known: inputs, label, metrics,"
                + " batch_size, columns, model_inputs, model_output, architecture, weights_prefix,"
                + " tokenizer, labels, transform, dataset, on_failure, deadline, bad_rows, non_finite")
        .message()
        .hasLineCount(6);
    refused(Map.of("label", "label:int64"), "'inputs' is missing: Input columns of the model");
    refused(
        Map.of("inputs", IMAGE, "metrics", "accuracy"),
        "metrics requires a label, for example label: label:int64");
    refused(
        Map.of("inputs", IMAGE, "model_inputs", List.of("x", "y")),
        "model_inputs 'x,y' has 2 names for the 1 inputs of inputs: image");
    refused(Map.of("inputs", IMAGE, "on_failure", "warn"), "there is nothing to continue with");
    assertThatThrownBy(() -> Evaluator.on(images, "inputs: [\"a"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("evaluator: invalid YAML");
  }

  @Test
  void aWrongColumnIsToldWithThoseThatTheDataFrameHas() {
    EvaluatorSpec wrong = EvaluatorSpec.create().input("imag:float32:1,5,5").label("lable:int64");
    assertThatThrownBy(() -> Evaluator.on(images, wrong))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(
            "the DataFrame: the dataset has no column 'imag'; it has: number, image, label")
        .hasMessageContaining("no column 'lable'");
  }

  @Test
  void whatCannotBeDoneIsRefused() throws IOException {
    String file = file("a");
    try (Evaluator withoutMetrics = Evaluator.on(images, EvaluatorSpec.create().input(IMAGE))) {
      assertThatThrownBy(() -> withoutMetrics.evaluate(file))
          .hasMessageContaining("nothing to evaluate; add metrics");
      assertThat(withoutMetrics.predict(file).count()).isEqualTo(TorchFixtures.ROWS);
    }
    Dataset<Row> taken = images.withColumnRenamed("row", "Outputs");
    try (Evaluator evaluator = Evaluator.on(taken, spec())) {
      assertThatThrownBy(() -> evaluator.predict(file))
          .hasMessageContaining("the DataFrame has a column 'Outputs', and so have the predictions")
          .message()
          .hasLineCount(1);
      assertThatThrownBy(() -> evaluator.evaluate("weights.safetensors"))
          .hasMessage(
              "'weights.safetensors' contains only weights; specify their architecture with"
                  + " architecture");
    }
  }

  @Test
  void labelsAndATokenizerAreSharedByColumnsThatDontSetTheirOwn() throws IOException {
    Dataset<Row> named =
        images.withColumn(
            "label", functions.expr("element_at(array('x', 'y', 'z'), int(label) + 1)"));
    Map<String, Object> keys =
        Map.of(
            "inputs",
            IMAGE,
            "label",
            "label:class",
            "labels",
            List.of("x", "y", "z"),
            "metrics",
            "accuracy");
    try (Evaluator evaluator = Evaluator.on(named, keys)) {
      assertThat(evaluator.evaluate(file("a")).metrics())
          .containsEntry("accuracy", TorchFixtures.accuracy("a"));
    }
    refused(
        Map.of("inputs", Map.of("column", "text", "as", Map.of("kind", "tokens", "length", 8))),
        "'inputs.as.tokenizer' is missing: The `tokenizer.json`");
  }

  private static Iterator<Row> inAnotherOrder(Iterator<Row> rows) {
    List<Row> all = new ArrayList<>();
    rows.forEachRemaining(all::add);
    Collections.shuffle(all, new Random(SEED.incrementAndGet()));
    return all.iterator();
  }

  private static void refused(Map<String, Object> keys, String message) {
    assertThatThrownBy(() -> Evaluator.on(images, keys))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  private static EvaluatorSpec spec() {
    return EvaluatorSpec.create().input(IMAGE).label("label:int64").metric("accuracy").batchSize(4);
  }

  private String file(String letter) throws IOException {
    return TorchFixtures.module("batchnorm-" + letter + ".pt", folder.resolve(letter + ".pt"))
        .toString();
  }

  private static List<Integer> numbers(Dataset<Row> rows) {
    // All columns: without some of them, Spark may return the rows in another order.
    return rows.collectAsList().stream().map(row -> row.<Integer>getAs("number")).toList();
  }

  private static void assertClose(Row row, float[] expected) {
    List<Float> outputs = row.getList(row.fieldIndex("outputs"));
    for (int i = 0; i < expected.length; i++) {
      assertThat(outputs.get(i)).isCloseTo(expected[i], within(1e-5f));
    }
  }

  /** The images with their numbers, shuffled, in four partitions; a column is named row. */
  private static Dataset<Row> shuffledImages() throws IOException {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < TorchFixtures.ROWS; i++) {
      List<Float> image = new ArrayList<>();
      for (float pixel : TorchFixtures.images()[i]) {
        image.add(pixel);
      }
      rows.add(
          RowFactory.create(
              i, image.toArray(Float[]::new), (long) i % TorchFixtures.CLASSES, "row " + i));
    }
    Collections.shuffle(rows, new Random(17));
    return spark
        .createDataFrame(
            rows,
            new StructType()
                .add("number", DataTypes.IntegerType)
                .add("image", DataTypes.createArrayType(DataTypes.FloatType))
                .add("label", DataTypes.LongType)
                .add("row", DataTypes.StringType))
        .repartition(4);
  }
}
