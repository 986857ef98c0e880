package io.ostinato.jobs.train;

import io.ostinato.jobs.ErrorLine;
import io.ostinato.jobs.Sessions;
import io.ostinato.jobs.config.Bound;
import io.ostinato.jobs.config.Configuration;
import io.ostinato.jobs.config.ConfigurationException;
import io.ostinato.jobs.config.ConfigurationFile;
import io.ostinato.jobs.config.JsonSchema;
import io.ostinato.jobs.config.Mistakes;
import io.ostinato.jobs.scoring.ReportFormat;
import io.ostinato.storage.StorageException;
import io.ostinato.training.EndedBy;
import io.ostinato.training.TrainingResult;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Trains the model that a YAML file describes, and evaluates it with Spark during the training. */
@Command(
    name = "train",
    description = {
      "Trains the model that a YAML file describes, and evaluates it during the training. Each"
          + " evaluation is a Spark job.",
      "Exit codes: 0 success, 1 failure, 2 invalid usage or configuration, or checkpoint not found."
    },
    mixinStandardHelpOptions = true)
public final class TrainCommand implements Callable<Integer> {
  private static final int WRONG_CONFIGURATION = 2;

  @Parameters(
      arity = "0..1",
      paramLabel = "<run.yaml>",
      description =
          "Configuration file: a local path or a URI such as hdfs://name-node/run.yaml. All keys"
              + " are documented in docs/train.md.")
  private @Nullable String file;

  @Option(
      names = "--set",
      paramLabel = "<key=value>",
      description =
          "Override a key of the configuration; repeatable. Examples: --set"
              + " optimizer.learning_rate=1e-3, --set callbacks.0.every_n_epochs=2. Values are"
              + " YAML.")
  private List<String> overrides = List.of();

  @Option(
      names = "--evaluate",
      arity = "0..1",
      fallbackValue = CheckpointChoice.NEWEST,
      paramLabel = "<checkpoint>",
      description =
          "Run the callbacks once at a checkpoint instead of training. The checkpoint is a tag of"
              + " the run that run_id or resume names, such as E1_U22_S1408, or a .safetensors file"
              + " (a local path or a URI). Without a value: the newest checkpoint of the run. The"
              + " run itself is not changed.")
  private @Nullable String evaluate;

  @Option(
      names = "--output",
      paramLabel = "<folder>",
      description =
          "With --evaluate: keep what the callbacks write as a separate run in a new subfolder of"
              + " this folder, a local path or a URI. Default: only print the metrics.")
  private @Nullable String output;

  @Option(
      names = "--format",
      paramLabel = "<format>",
      description =
          "With --evaluate: output format, one of ${COMPLETION-CANDIDATES}; json prints a single"
              + " object and nothing else. Default: table.")
  private @Nullable ReportFormat format;

  @Option(names = "--check", description = "Only check the configuration; don't start Spark.")
  private boolean check;

  @Option(names = "--schema", description = "Print the JSON schema of the configuration and exit.")
  private boolean schema;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    if (schema) {
      out.print(schema());
      out.flush();
      return 0;
    }
    String configuration = file;
    if (configuration == null) {
      throw wrong(
          evaluate == null
              ? "missing configuration file; for example: train run.yaml"
              : "missing configuration file, which comes before --evaluate; for example: train"
                  + " run.yaml --evaluate");
    }
    if (evaluate == null && (output != null || format != null)) {
      throw wrong("%s requires --evaluate".formatted(output == null ? "--format" : "--output"));
    }
    try {
      return evaluate == null ? train(configuration, out) : evaluate(configuration, evaluate, out);
    } catch (ConfigurationException e) {
      spec.commandLine().getErr().println(e.getMessage());
      return WRONG_CONFIGURATION;
    }
  }

  /** The JSON schema that is in the jar. */
  static String schema() {
    return JsonSchema.of(RunConfig.class, "A training with Ostinato");
  }

  private int train(String configuration, PrintWriter out) {
    Mistakes mistakes = new Mistakes();
    Bound<RunConfig> run =
        new RunCheck(
                Configuration.read(configuration, content(configuration), overrides, mistakes),
                mistakes)
            .toTrain();
    if (check) {
      out.println("%s is valid: %s".formatted(configuration, RunDescription.of(run)));
      return 0;
    }
    RunOutput.checkWritable(run);
    EvaluationLines lines = new EvaluationLines(out, run.value().metricProperties());
    try (SparkSession spark = Sessions.start("ostinato train")) {
      TrainingResult result = new RunTraining(run, spark, lines, out).run();
      out.println();
      out.println(lines.table(result.summary()));
      result
          .summary()
          .failedEvaluations()
          .forEach(
              (callback, count) ->
                  out.println("%s evaluations of '%s' failed".formatted(count, callback)));
      result
          .summary()
          .skippedEvaluations()
          .forEach(
              (callback, count) ->
                  out.println("%s evaluations of '%s' were skipped".formatted(count, callback)));
      if (result.endedBy() == EndedBy.CALLBACK) {
        out.println("Training ended early: " + result.reason());
      }
      out.println("The files of this run are in " + result.files().location());
    }
    return 0;
  }

  private int evaluate(String configuration, String asked, PrintWriter out) {
    Mistakes mistakes = new Mistakes();
    Bound<RunConfig> run =
        new RunCheck(
                Configuration.read(configuration, content(configuration), overrides, mistakes),
                mistakes)
            .toEvaluate();
    CheckpointChoice choice = new CheckpointChoice(asked, run.value());
    choice.check();
    if (check) {
      out.println("%s is valid: %s".formatted(configuration, RunDescription.of(run)));
      return 0;
    }
    List<KeptRun> kept = output == null ? List.of() : List.of(newRun(output));
    EvaluationLines lines = new EvaluationLines(out, run.value().metricProperties());
    try (SparkSession spark = Sessions.start("ostinato train --evaluate")) {
      RunTraining training = new RunTraining(run, spark, lines, out);
      MomentReport report = new RunEvaluation(run, spark, training).at(choice, kept);
      if (format == ReportFormat.JSON) {
        out.println(report.toJson());
      } else {
        report.lines().forEach(out::println);
        kept.forEach(one -> out.println("The files of this evaluation are in " + one.location()));
      }
    }
    return 0;
  }

  private KeptRun newRun(String folder) {
    try {
      return KeptRun.in(RunOutput.open(folder, ConfigurationFile.hadoopSettings()));
    } catch (StorageException e) {
      throw wrong("--output: " + ErrorLine.of(e));
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private String content(String configuration) {
    try {
      return ConfigurationFile.read(configuration);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }
}
