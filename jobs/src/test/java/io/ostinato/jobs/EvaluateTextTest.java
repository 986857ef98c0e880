package io.ostinato.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.LocalEvaluationEngine;
import io.ostinato.model.EvaluationModel;
import io.ostinato.model.ModelSource;
import io.ostinato.model.TorchScriptSource;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.spark.TestSpark;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.engine.SparkEvaluationEngine;
import io.ostinato.spark.text.TokenizerFile;
import io.ostinato.spark.text.TokensConverter;
import io.ostinato.weights.WeightSnapshot;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables of texts, labels and ragged arrays, with what {@code make_text_model.py} wrote. */
@Tag("spark35")
class EvaluateTextTest {
  private static final int ROWS = 7;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir Path folder;
  private Path labels = Path.of("");

  @BeforeEach
  void copyFiles() throws IOException {
    for (String name : List.of("reviews.jsonl", "mean_embedding.pt")) {
      TorchFixtures.copy("/text/" + name, folder.resolve(name));
    }
    TorchFixtures.copy("/tokenizers/wordpiece.json", folder.resolve("tokenizer.json"));
    labels = Files.writeString(folder.resolve("labels.txt"), "negative\r\npositive\r\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"text:tokens:12", "text:tokens:12,padding=longest"})
  void textIsTokenizedAndLabelsAreClasses(String input) {
    Path predictions = folder.resolve("out.parquet");
    int code =
        evaluate(
            "--input=" + input,
            "--label=sentiment:class",
            "--labels=" + labels,
            "--metric=accuracy",
            "--batch-size=3",
            "--format=json",
            "--keep=sentiment:class",
            "--keep=logits:float64:2",
            "--predictions=" + predictions);
    assertThat(code).as(err.toString()).isZero();
    int hits = 0;
    try (SparkSession spark = TestSpark.local(Map.of())) {
      List<Row> rows = spark.read().parquet(predictions.toString()).orderBy("row").collectAsList();
      assertThat(rows).hasSize(ROWS);
      for (Row row : rows) {
        List<Float> outputs = row.getList(row.fieldIndex("outputs"));
        List<Double> expected = row.getList(row.fieldIndex("logits"));
        for (int i = 0; i < 2; i++) {
          assertThat(outputs.get(i).doubleValue()).isCloseTo(expected.get(i), within(1e-6));
        }
        long label = row.getAs("sentiment");
        hits += (expected.get(1) > expected.get(0)) == (label == 1) ? 1 : 0;
      }
    }
    JsonObject report = JsonParser.parseString(out.toString()).getAsJsonObject();
    assertThat(report.getAsJsonObject("metrics").get("accuracy").getAsDouble())
        .isEqualTo(hits / (double) ROWS);
  }

  @Test
  void unknownLabelsAreNamedOrSkippedAndCounted() throws IOException {
    Files.writeString(labels, "neg\npositive\n");
    String[] options = {
      "--input=text:tokens:12", "--label=sentiment:class", "--labels=" + labels, "--metric=accuracy"
    };
    assertThat(evaluate(options)).isEqualTo(1);
    assertThat(err.toString())
        .contains(
            "column 'sentiment', row 2 of partition 0: 'negative' is not one of the 2 labels; the"
                + " most similar are 'positive', 'neg'");
    List<String> skipping = new ArrayList<>(List.of(options));
    skipping.addAll(List.of("--bad-rows=skip 5", "--format=json"));
    out.getBuffer().setLength(0);
    assertThat(evaluate(skipping.toArray(String[]::new))).as(err.toString()).isZero();
    assertThat(out.toString()).contains("\"rows\":3,\"skipped\":4,");
  }

  @Test
  void filesThatCantBeUsedAreNamed() throws IOException {
    assertThat(evaluate("--input=logits:float32:2", "--labels=l", "--predictions=p")).isEqualTo(2);
    assertThat(err.toString())
        .contains("tokenizer.json' has no effect, because no column is converted with it; a column")
        .contains("--labels 'l' has no effect", "a column of labels is --label label:class");
    assertThat(evaluate("--input=text:tokens:12", "--keep=text:tokens:12", "--predictions=p"))
        .isEqualTo(2);
    assertThat(err.toString())
        .contains("the column 'text' can't be kept, since it becomes several tensors; keep an id");
    err.getBuffer().setLength(0);
    assertThat(evaluate("--input=text:tokens:12,tokenizer=gone.json", "--predictions=p"))
        .isEqualTo(1);
    assertThat(err.toString()).contains("tokenizer 'gone.json': there is no such file");
    err.getBuffer().setLength(0);
    Files.writeString(labels, "negative\n\npositive\n");
    assertThat(
            evaluate(
                "--input=text:tokens:2", "--label=sentiment:class:" + labels, "--metric=accuracy"))
        .isEqualTo(1);
    assertThat(err.toString())
        .contains("column 'text' can't be tokenized: a length of 2 leaves no room for text")
        .contains("labels.txt': line 2 is empty; each line must have the label of a class");
  }

  @Test
  void withoutTheTokenizersTheDriverSaysWhatToAddBeforeSparkStarts() throws Exception {
    OnnxClassPathTest.Ended ended =
        OnnxClassPathTest.run(
            List.of("tokenizers-"),
            Main.class,
            "evaluate",
            "--model=gone.pt",
            "--data=gone.parquet",
            "--input=text:tokens:12,tokenizer=gone.json",
            "--predictions=out");
    assertThat(ended.code()).as(ended.output()).isEqualTo(2);
    assertThat(ended.output())
        .contains(
            "--input text:tokens:12,tokenizer=gone.json: text can't be tokenized: DJL's tokenizers"
                + " are not on the class path; add ai.djl.huggingface:tokenizers:"
                + Engine.getDjlVersion()
                + " with --packages (docs/cluster.md)")
        .doesNotContain("SparkContext");
  }

  @ParameterizedTest
  @ValueSource(strings = {"float16", "bfloat16"})
  void numbersAndDecimalsBecomeNarrow(String type) throws IOException {
    Path module = TorchFixtures.copy("/text/twice_" + type + ".pt", folder.resolve(type + ".pt"));
    Path predictions = folder.resolve("out.parquet");
    int code =
        run(
            "evaluate",
            "--model=" + module,
            "--sql=SELECT * FROM VALUES (array(1.25BD, -0.1BD)), (array(65504BD, 1e-8BD)) AS t(x)",
            "--input=x:%s:2".formatted(type),
            "--predictions=" + predictions);
    assertThat(code).as(err.toString()).isZero();
    boolean isHalf = type.equals("float16");
    try (SparkSession spark = TestSpark.local(Map.of())) {
      List<Row> rows = spark.read().parquet(predictions.toString()).orderBy("row").collectAsList();
      assertThat(rows.get(0).getList(1))
          .isEqualTo(List.of(2.5f, isHalf ? -0.19995117f : -0.20019531f));
      assertThat(rows.get(1).getList(1))
          .isEqualTo(
              isHalf ? List.of(Float.POSITIVE_INFINITY, 0f) : List.of(131072f, 2.0023435e-8f));
    }
  }

  @Test
  void aTrainingReadsConversionsFromItsConfiguration() throws IOException {
    Path run =
        Files.writeString(
            folder.resolve("run.yaml"),
            """
            model: {kind: mlp, input_shape: [5], outputs: 2}
            datasets:
              train:
                path: %1$s/reviews.jsonl
                columns: &columns
                  x: {column: logits, as: {kind: pad, length: 5, value: 0.5, type: float32}}
                  class: {column: sentiment, as: {kind: class, labels: [negative, positive]}}
              evaluations:
                test: {path: %1$s/reviews.jsonl, columns: *columns}
                tokens:
                  path: %1$s/reviews.jsonl
                  columns:
                    text: {column: text, as: {kind: tokens, length: 12, tokenizer: %1$s/tokenizer.json}}
                    x: {column: logits, as: {kind: pad, length: 5, type: float32}}
                    class: {column: sentiment, as: {kind: one_hot, labels: %1$s/labels.txt}}
            length: {epochs: 2}
            effective_batch_size: 4
            output: %1$s/runs
            run_id: one
            callbacks:
            - {kind: metric, every_n_epochs: 1, dataset_key: test, metrics: [log_loss]}
            - {kind: metric, every_n_epochs: 1, dataset_key: tokens, inputs: [x], targets: [class], metrics: [mse]}
            """
                .formatted(folder));
    assertThat(run("train", run.toString())).as(err.toString()).isZero();
    assertThat(Files.readString(folder.resolve("runs/one/metrics.jsonl")))
        .contains("\"log_loss/test\":", "\"mse/tokens\":");
    Path resolved = folder.resolve("runs/one/config.yaml");
    assertThat(Files.readString(resolved)).contains("kind: tokens", "special: true");
    assertThat(run("train", resolved.toString(), "--check")).as(err.toString()).isZero();
  }

  @Test
  void sparkAndTheLocalEngineGiveTheSameBits() throws Exception {
    TokenizerFile tokenizer = TokenizerFile.read(folder.resolve("tokenizer.json"));
    WeightSnapshot module = TorchScriptSource.snapshotOf(folder.resolve("mean_embedding.pt"));
    try (SparkSession spark = TestSpark.local(Map.of())) {
      SparkDataset data =
          SparkDataset.of(spark.read().json(folder.resolve("reviews.jsonl").toString()))
              .column("text", TokensConverter.of("text", tokenizer, 12).cutToLongest());
      EvaluationRequest request =
          new EvaluationRequest(
              new EvaluationTag("bits", TrainingIteration.START, "reviews"),
              data,
              3,
              ModelSource.torchScript(),
              module,
              EvaluateTextTest::logits);
      try (SparkEvaluationEngine engine = SparkEvaluationEngine.of(spark);
          LocalEvaluationEngine local = new LocalEvaluationEngine();
          EvaluationResults onSpark = engine.evaluate(request, ProgressDisplay.silent());
          EvaluationResults here = local.evaluate(request, ProgressDisplay.silent())) {
        assertThat(onSpark.get("logits").toByteBuffer())
            .isEqualTo(here.get("logits").toByteBuffer());
        assertThat(onSpark.rows()).isEqualTo(ROWS);
        assertThat(onSpark.get("widths").toLongArray())
            .as("the longest rows of the batches")
            .containsExactly(6, 6, 6, 12, 12, 12, 9)
            .isEqualTo(here.get("widths").toLongArray());
        assertThat(onSpark.certificate().orderDigest()).isEqualTo(here.certificate().orderDigest());
      }
    }
  }

  private static NDList logits(EvaluationBatch batch, EvaluationModel model) {
    NDList inputs =
        new NDList(
            batch.get("text" + TokensConverter.IDS), batch.get("text" + TokensConverter.MASK));
    NDArray logits = model.forward(inputs).get(0);
    logits.setName("logits");
    Shape ids = inputs.head().getShape();
    NDArray widths = inputs.head().getManager().full(new Shape(ids.get(0)), ids.get(1));
    NDArray whole = widths.toType(DataType.INT64, false);
    whole.setName("widths");
    return new NDList(logits, whole);
  }

  private int evaluate(String... options) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "evaluate",
                "--model=" + folder.resolve("mean_embedding.pt"),
                "--data=" + folder.resolve("reviews.jsonl"),
                "--tokenizer=" + folder.resolve("tokenizer.json")));
    all.addAll(List.of(options));
    return run(all.toArray(String[]::new));
  }

  private int run(String... options) {
    return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), options);
  }
}
