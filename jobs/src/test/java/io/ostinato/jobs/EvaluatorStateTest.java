package io.ostinato.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostinato.evaluation.EvaluationException;
import io.ostinato.jobs.config.ConfigurationException;
import io.ostinato.jobs.data.DataException;
import io.ostinato.jobs.modelfile.ModelException;
import io.ostinato.spark.TestSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What an evaluator depends on: its session, the rows that are stored, the names that are taken.
 */
class EvaluatorStateTest {
  private static final AtomicInteger ADDED = new AtomicInteger();
  @TempDir static Path folder;
  private static SparkSession spark;
  private static Dataset<Row> images;
  private static String file;
  private static byte[] module;

  @BeforeAll
  static void start() throws IOException {
    spark = TestSpark.local(Map.of());
    TorchFixtures.writeImages(spark, folder.resolve("images"));
    images = spark.read().parquet(folder.resolve("images").toString());
    file = TorchFixtures.module("batchnorm-a.pt", folder.resolve("a.pt")).toString();
    module = Files.readAllBytes(Path.of(file));
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @Test
  void aClosedEvaluatorRefusesCalls() {
    Evaluator evaluator = Evaluator.on(images, spec());
    Dataset<Row> predicted = evaluator.predict(file);
    evaluator.close();
    evaluator.close();
    assertThatThrownBy(() -> evaluator.evaluate(file))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("evaluator: it is closed; create another one");
    assertThatThrownBy(() -> evaluator.evaluate(module)).hasMessageContaining("it is closed");
    assertThatThrownBy(() -> evaluator.predict(file)).hasMessageContaining("it is closed");
    assertThatThrownBy(() -> evaluator.predict(module)).hasMessageContaining("it is closed");
    assertThat(predicted.count()).isEqualTo(TorchFixtures.ROWS);
  }

  @Test
  void columnsKeepTheirNamesAndValuesWhateverTheyAre() {
    Dataset<Row> named =
        images
            .withColumn("_ostinato_row", functions.lit("kept"))
            .withColumn("_OSTINATO_ROW_", functions.col("label"))
            .withColumnRenamed("image", "im.a`ge");
    EvaluatorSpec spec =
        EvaluatorSpec.create()
            .input("im.a`ge:float32:1,5,5")
            .label("label:int64")
            .metric("top_k:2");
    try (Evaluator evaluator = Evaluator.on(named, spec)) {
      Dataset<Row> predicted = evaluator.predict(file);
      assertThat(predicted.columns())
          .containsExactly("im.a`ge", "label", "_ostinato_row", "_OSTINATO_ROW_", "outputs");
      assertThat(predicted.where("_ostinato_row = 'kept' and `_OSTINATO_ROW_` = label").count())
          .isEqualTo(TorchFixtures.ROWS);
    }
  }

  @Test
  void rowsThatExecutorsHaveLostAreStoredAgain() {
    try (Evaluator evaluator = Evaluator.on(images, spec())) {
      assertThat(evaluator.predict(file).count()).isEqualTo(TorchFixtures.ROWS);
      Map<String, Double> metrics = evaluator.evaluate(file).metrics();
      loseStoredRows();
      assertThat(evaluator.evaluate(file).metrics()).isEqualTo(metrics);
      loseStoredRows();
      assertThat(evaluator.predict(file).where("outputs is not null").count())
          .isEqualTo(TorchFixtures.ROWS);
    }
  }

  @Test
  void rowsThatDifferWhenTheyAreStoredAgainAreAnError() {
    ADDED.set(0);
    Dataset<Row> changing =
        spark.createDataFrame(
            images
                .javaRDD()
                .map(
                    row ->
                        RowFactory.create(
                            row.get(0), (row.<Long>getAs("label") + ADDED.get()) % 3)),
            images.schema());
    try (Evaluator evaluator = Evaluator.on(changing, spec())) {
      evaluator.predict(file);
      evaluator.evaluate(file);
      loseStoredRows();
      ADDED.set(1);
      assertThatThrownBy(() -> evaluator.evaluate(file))
          .isInstanceOf(EvaluationException.class)
          .hasMessageContaining("have other values, or another order, in column 'label'");
    }
  }

  @Test
  void streamsAreRefused() {
    Dataset<Row> stream =
        spark.readStream().schema(images.schema()).parquet(folder.resolve("images").toString());
    assertThatThrownBy(() -> Evaluator.on(stream, spec()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(
            "the DataFrame is a stream; evaluate its batches, which foreachBatch passes to a function");
  }

  @Test
  void valuesThatAreNoKeysAreRefusedByTheirTypes() {
    assertThatThrownBy(() -> Evaluator.on(images, spec().set("architecture", Path.of("net.pt"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("evaluator: 'architecture' has a value of the class sun.nio.fs.")
        .hasMessageEndingWith("; use a text, a number, a boolean, or a list or map of these");
    assertThatThrownBy(
            () -> Evaluator.on(images, spec().set("metrics", List.of(Map.of("k", new Object())))))
        .hasMessageStartingWith("evaluator: 'metrics' has a value of the class java.lang.Object");
    assertThatThrownBy(() -> Evaluator.on(images, spec().set("batch_size", Double.NaN)))
        .hasMessageContaining("'batch_size' must be a whole number; given: 'NaN'");
    try (Evaluator evaluator =
        Evaluator.on(images, spec().set("metrics", new String[] {"accuracy", "top_k:2"}))) {
      assertThat(evaluator.evaluate(file).metrics()).containsOnlyKeys("accuracy", "top_2_accuracy");
    }
  }

  @Test
  void messagesNameKeysAndNotOptions() throws IOException {
    assertThatThrownBy(() -> Evaluator.on(images, spec().metric("accuracy:mask=valid,name=m")))
        .isInstanceOf(DataException.class)
        .hasMessageEndingWith("add it, as in columns: valid:int64");
    byte[] weights = TorchFixtures.content("/otherformats/state_dict.pt");
    try (Evaluator evaluator = Evaluator.on(images, spec())) {
      assertThatThrownBy(() -> evaluator.evaluate(weights))
          .isInstanceOf(ModelException.class)
          .hasMessageContaining("with architecture: module.pt, this file");
    }
    try (Evaluator evaluator = Evaluator.on(images, spec().set("architecture", file))) {
      assertThatThrownBy(() -> evaluator.evaluate(file))
          .hasMessageEndingWith("which contains its architecture; remove architecture");
      assertThatThrownBy(() -> evaluator.evaluate(module))
          .hasMessageEndingWith("which contains its architecture; remove architecture");
    }
    Path text = Files.writeString(folder.resolve("text.pt"), "no module");
    assertThatThrownBy(() -> Evaluator.on(images, spec().set("architecture", text.toString())))
        .hasMessageStartingWith("architecture '" + text + "': ");
  }

  @Test
  void weightsInMemoryAreThoseOfTheArchitecture() throws IOException {
    Path net = TorchFixtures.copy("/weights/net.pt", folder.resolve("net.pt"));
    byte[] trained = TorchFixtures.content("/weights/trained.pt");
    EvaluatorSpec spec =
        EvaluatorSpec.create()
            .input("image:float32:1,5,5")
            .label("label:int64")
            .metric("cross_entropy");
    Map<String, Double> expected;
    try (Evaluator evaluator = Evaluator.on(images, spec)) {
      expected = evaluator.evaluate(trained).metrics();
    }
    try (Evaluator evaluator = Evaluator.on(images, spec.set("architecture", net.toString()))) {
      for (String weights : List.of("lightning.ckpt", "model.safetensors")) {
        byte[] content = TorchFixtures.content("/weights/" + weights);
        assertThat(evaluator.evaluate(content).metrics()).as(weights).isEqualTo(expected);
      }
      assertThatThrownBy(() -> evaluator.evaluate("half", new byte[] {1, 2}))
          .isInstanceOf(ModelException.class)
          .hasMessageStartingWith("can't evaluate 'half': it has no weights by name; expected");
    }
  }

  @Test
  void anEvaluatorOfAStoppedSessionSaysSo() {
    SparkSession before = spark;
    Evaluator evaluator = Evaluator.on(images, spec());
    before.stop();
    try {
      assertThatThrownBy(() -> Evaluator.on(images, spec()))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining(
              "the Spark session of the DataFrame was stopped; create the DataFrame in a new one");
      assertThatThrownBy(() -> evaluator.evaluate(file)).hasMessageContaining("Spark was stopped");
      evaluator.close();
    } finally {
      spark = TestSpark.local(Map.of());
      images = spark.read().parquet(folder.resolve("images").toString());
    }
  }

  /** Removes the blocks of locally checkpointed rows, as the loss of their executors does. */
  private static void loseStoredRows() {
    var stored = spark.sparkContext().getPersistentRDDs().valuesIterator();
    while (stored.hasNext()) {
      stored.next().unpersist(true);
    }
  }

  private static EvaluatorSpec spec() {
    return EvaluatorSpec.create()
        .input("image:float32:1,5,5")
        .label("label:int64")
        .metric("accuracy")
        .batchSize(4);
  }
}
