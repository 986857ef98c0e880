package io.ostinato.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.ostinato.spark.TestSpark;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.feature.SQLTransformer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluatePipelineTest {
  @TempDir static Path shared;
  private static String data = "";
  private static String pipeline = "";

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir Path folder;

  /** Rows whose class is right for three of four, and whose scores say so. */
  @BeforeAll
  static void writeFiles() throws IOException {
    data = shared.resolve("rows.parquet").toString();
    pipeline = shared.resolve("pipeline").toString();
    try (SparkSession spark = TestSpark.local(Map.of())) {
      Dataset<Row> rows =
          spark.range(0, 100, 1, 3).selectExpr("id", "id % 2 as label", "id % 4 = 3 as wrong");
      rows.write().parquet(data);
      SQLTransformer scores =
          new SQLTransformer()
              .setStatement(
                  "SELECT *, if(wrong, 0, label) as prediction,"
                      + " named_struct('class_names', array('no', 'yes'), 'probabilities',"
                      + " if(wrong or label = 0, array(0.8D, 0.2D), array(0.2D, 0.8D))) as scores"
                      + " FROM __THIS__");
      new Pipeline().setStages(new PipelineStage[] {scores}).fit(rows).write().save(pipeline);
    }
  }

  private int evaluate(String... more) {
    String[] args =
        Stream.concat(Stream.of("evaluate", "--data", data, "--label", "label"), Stream.of(more))
            .toArray(String[]::new);
    return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
  }

  private JsonObject metrics() {
    return JsonParser.parseString(out.toString()).getAsJsonObject().getAsJsonObject("metrics");
  }

  @Test
  void theMetricsOfASavedPipelineArePrintedAndKept() throws IOException {
    Path runs = folder.resolve("runs");

    assertThat(
            evaluate(
                "--pipeline",
                pipeline,
                "--model-output",
                "scores",
                "--metric",
                "accuracy",
                "--output",
                runs.toString()))
        .as(err.toString())
        .isZero();

    assertThat(out.toString())
        .contains(pipeline + ": 100 rows in ", "  accuracy  0.750000", "The files of this run");
    try (Stream<Path> files = Files.walk(runs)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .contains("metrics.jsonl", "summary.json", "evaluation.json");
    }
  }

  @Test
  void predictedClassesAreTheDefault() {
    assertThat(
            evaluate(
                "--pipeline",
                pipeline,
                "--classes",
                "no, yes",
                "--metric",
                "accuracy",
                "--format",
                "json"))
        .as(err.toString())
        .isZero();

    assertThat(metrics().get("accuracy").getAsDouble()).isEqualTo(0.75);
  }

  @Test
  void mistakesAreLinesWithARemedy() {
    refused(2, List.of("--metric", "accuracy"), "'--model=<file>' or '--pipeline=<folder>'");
    refused(
        2,
        List.of("--pipeline", pipeline, "--input", "id:int64", "--metric", "accuracy"),
        "--input and --architecture belong to --model; a pipeline reads its columns itself");
    refused(
        2, List.of("--pipeline", pipeline), "--pipeline requires a --metric, for example --metric");
    refused(
        2,
        List.of("--pipeline", pipeline, "--model", "x.pt", "--metric", "accuracy"),
        "--model, --predictions and --keep can't be used with --pipeline");
    refused(
        2,
        List.of(
            "--pipeline",
            pipeline,
            "--metric",
            "accuracy",
            "--column",
            "wrong:uint8",
            "--model-inputs",
            "a",
            "--weights-prefix",
            "ema.",
            "--labels",
            "labels.txt"),
        "--column, --model-inputs, --weights-prefix, --labels can't be used with --pipeline:"
            + " remove them; metrics read all columns of the pipeline's rows, and --classes lists"
            + " the labels");
    refused(
        1,
        List.of("--pipeline", folder.toString(), "--metric", "accuracy"),
        "has no saved stage of Spark ML");
    refused(
        1,
        List.of("--pipeline", pipeline, "--model-output", "score", "--metric", "accuracy"),
        "can't evaluate '%s': the transformed rows have no column 'score'; they have: id, label"
            .formatted(pipeline));
  }

  private void refused(int code, List<String> options, String part) {
    err.getBuffer().setLength(0);
    assertThat(evaluate(options.toArray(String[]::new))).isEqualTo(code);
    assertThat(err.toString()).contains(part);
  }
}
