package io.ostinato.jobs.evaluate;

import io.ostinato.evaluation.EvaluationPolicy;
import io.ostinato.evaluation.OnFailure;
import io.ostinato.jobs.Sessions;
import io.ostinato.jobs.scoring.CheckpointEvaluator;
import io.ostinato.jobs.scoring.CommandFacts;
import io.ostinato.jobs.scoring.EvaluationOptions;
import io.ostinato.jobs.scoring.EvaluationReport;
import io.ostinato.jobs.scoring.EvaluationSpec;
import io.ostinato.jobs.scoring.ReportFormat;
import io.ostinato.jobs.scoring.StageSpec;
import io.ostinato.metric.Metric;
import io.ostinato.report.RunFacts;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Evaluates one model file on one dataset. */
@Command(
    name = "evaluate",
    description = {
      "Evaluates a model file on a dataset as a Spark job, and prints the metrics.",
      "Model formats: .pt is a TorchScript module; .onnx an ONNX model, which requires DJL's"
          + " OnnxRuntime engine; .safetensors, and files of torch.save, are weights, which require"
          + " --architecture. Files can be on any file system that Hadoop supports."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  evaluate --model E5.pt --data digits.parquet --input pixels:float32:1,8,8 \\",
      "      --label label:int64 --metric accuracy --metric cross_entropy",
      "  evaluate --model s3a://models/best_model.accuracy.test.safetensors \\",
      "      --architecture digits_cnn --data hdfs://name-node/digits.parquet \\",
      "      --input pixels:float32:1,8,8 --label label:int64 --metric top_k:3 --format json",
      "  evaluate --model checkpoint-500 --architecture net.pt --data digits.parquet \\",
      "      --input pixels:float32:1,8,8 --label label:int64 --metric accuracy",
      "  evaluate --model E5.pt --data rows.csv \\",
      "      --sql 'SELECT id, array(a, b, c) AS x FROM {data}' --input x:float32:3 \\",
      "      --predictions out.parquet --keep id:int64",
      "  evaluate --pipeline hdfs://name-node/pipelines/cats --data images.parquet --label label"
          + " \\",
      "      --model-output classes --metric accuracy",
      "",
      "Exit codes: 0 success, 1 evaluation failed, 2 invalid usage. See docs/evaluate.md for"
          + " details."
    })
public final class EvaluateCommand implements Callable<Integer> {

  @Option(
      names = "--model",
      paramLabel = "<file>",
      description =
          "Model file: .pt, .onnx or .safetensors. With a module as --architecture: weights by name,"
              + " a file such as .safetensors, .ckpt or .bin, an index of shards, or a folder. Required"
              + " unless there is a --pipeline.")
  private String model = "";

  @Option(
      names = "--pipeline",
      paramLabel = "<folder>",
      description =
          "Saved stage of Spark ML to evaluate instead of a model file, such as a PipelineModel"
              + " with a predictor of DJL's extension for Spark. --model-output is then the column"
              + " with its outputs, prediction by default, and --label a column.")
  private String pipeline = "";

  @Option(
      names = "--classes",
      paramLabel = "<names>",
      description =
          "With --pipeline: names of the classes, separated by commas, in the order of their"
              + " numbers; outputs that are a number or a string are then classes, and labels can"
              + " be strings.")
  private String classes = "";

  @Mixin private EvaluationOptions options = new EvaluationOptions();

  @Option(
      names = "--predictions",
      paramLabel = "<path>",
      description =
          "Write the model's outputs for each row as Parquet, in the order in which Spark reads the"
              + " dataset.")
  private String predictions = "";

  @Option(
      names = "--keep",
      paramLabel = "<column:type[:shape]>",
      description =
          "Column of the dataset to write along with the predictions, to identify rows, such as"
              + " id:int64; repeatable.")
  private List<String> kept = List.of();

  @Option(
      names = "--output",
      paramLabel = "<folder>",
      description = "Keep the metrics as a run in a new subfolder of this folder.")
  private String output = "";

  @Option(
      names = "--no-report",
      description = "With --output: don't write report.html into the run's folder.")
  private boolean noReport;

  @Option(
      names = "--format",
      paramLabel = "<format>",
      description =
          "Output format, one of ${COMPLETION-CANDIDATES}; json prints a single object and nothing"
              + " else. Default: ${DEFAULT-VALUE}.")
  private ReportFormat format = ReportFormat.TABLE;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    if (!pipeline.isEmpty()) {
      return evaluatePipeline();
    }
    if (model.isEmpty()) {
      throw options.wrong("Missing required option: '--model=<file>' or '--pipeline=<folder>'");
    }
    if (!classes.isEmpty()) {
      throw options.wrong("--classes requires a --pipeline");
    }
    EvaluationSpec evaluation = options.spec(kept);
    check(evaluation);
    CheckpointEvaluator.mistakeOfName(model, evaluation)
        .ifPresent(
            mistake -> {
              throw options.wrong(mistake);
            });
    try (SparkSession spark = Sessions.start("ostinato evaluate");
        CheckpointEvaluator evaluator = CheckpointEvaluator.of(spark, evaluation)) {
      EvaluationReport report =
          predictions.isEmpty()
              ? evaluator.evaluate(model)
              : evaluator.evaluate(model, predictions);
      finish(report, evaluation.dataset(), evaluation.metrics(), spark);
    }
    return 0;
  }

  private int evaluatePipeline() {
    if (!model.isEmpty() || !predictions.isEmpty() || !kept.isEmpty()) {
      throw options.wrong("--model, --predictions and --keep can't be used with --pipeline");
    }
    StageSpec stage = options.stageSpec(classes);
    check(stage.policy());
    try (SparkSession spark = Sessions.start("ostinato evaluate")) {
      EvaluationReport report = new PipelineEvaluation(spark, stage).evaluate(pipeline);
      finish(report, stage.dataset(), stage.metrics(), spark);
    }
    return 0;
  }

  private void finish(
      EvaluationReport report, String dataset, List<Metric<?>> metrics, SparkSession spark) {
    print(report);
    if (!output.isEmpty()) {
      String folder =
          EvaluationRun.in(output, spark.sparkContext().hadoopConfiguration(), Clock.systemUTC())
              .write(
                  report,
                  dataset,
                  metrics,
                  noReport ? List.of() : List.of(facts(report, dataset, spark)));
      tell("The files of this run are in " + folder);
    }
  }

  private RunFacts facts(EvaluationReport report, String dataset, SparkSession spark) {
    Map<String, String> about = new LinkedHashMap<>();
    about.put("model", report.model());
    about.put("evaluated on", dataset);
    return RunFacts.of(
        "evaluation",
        about,
        CommandFacts.versions(spark),
        CommandFacts.options(spec.commandLine()));
  }

  private void check(EvaluationSpec evaluation) {
    if (evaluation.metrics().isEmpty() && predictions.isEmpty()) {
      throw options.wrong(
          "nothing to evaluate: add --metric, for example --metric accuracy, or --predictions");
    }
    if (evaluation.metrics().isEmpty() && !output.isEmpty()) {
      throw options.wrong("--output requires metrics: add --metric, or remove --output");
    }
    check(evaluation.policy());
    if (!kept.isEmpty() && predictions.isEmpty()) {
      throw options.wrong("--keep requires --predictions, for example --predictions out.parquet");
    }
  }

  private void check(EvaluationPolicy policy) {
    if (policy.onFailure().then() == OnFailure.Then.WARN) {
      throw options.wrong(
          "--on-failure '%s': there is nothing to continue with; use fail or 'retry n'"
              .formatted(policy.onFailure()));
    }
  }

  /** Prints a line in addition to the metrics, but not in JSON output. */
  private void tell(String line) {
    if (format == ReportFormat.TABLE) {
      spec.commandLine().getOut().println(line);
    }
  }

  private void print(EvaluationReport report) {
    PrintWriter out = spec.commandLine().getOut();
    if (format == ReportFormat.JSON) {
      out.println(report.toJson());
      return;
    }
    out.printf(
        Locale.ROOT,
        "%s: %s in %.3f s%n",
        report.model(),
        EvaluationReport.rowsText(report.rows(), report.skipped().count()),
        report.seconds());
    EvaluationReport.lines(report.metrics()).forEach(out::println);
    if (!predictions.isEmpty()) {
      tell("The predictions are in " + predictions);
    }
  }
}
