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

/** Trains what a YAML file describes, and evaluates it through Spark. */
@Command(
    name = "train",
    description = {
      "Trains the model that a YAML file describes, and evaluates it meanwhile, each time as a Spark"
          + " job.",
      "Exit codes: 0 done, 1 failed, 2 the configuration is wrong, or there is no such checkpoint."
    },
    mixinStandardHelpOptions = true)
public final class TrainCommand implements Callable<Integer> {
  private static final int WRONG_CONFIGURATION = 2;

  @Parameters(
      arity = "0..1",
      paramLabel = "<run.yaml>",
      description =
          "The configuration, a local file or one with a scheme, as in"
              + " hdfs://name-node/run.yaml; docs/train.md has all keys.")
  private @Nullable String file;

  @Option(
      names = "--set",
      paramLabel = "<key=value>",
      description =
          "Sets a key, as in --set optimizer.learning_rate=1e-3 or callbacks.0.every_n_epochs=2."
              + " Values are YAML.")
  private List<String> overrides = List.of();

  @Option(
      names = "--evaluate",
      arity = "0..1",
      fallbackValue = CheckpointChoice.NEWEST,
      paramLabel = "<checkpoint>",
      description =
          "Train nothing: run the callbacks once, at a checkpoint of the run that run_id or resume"
              + " names, as in --evaluate E1_U22_S1408, or at a .safetensors file, local or with a"
              + " scheme; at the newest one without a value. Nothing of that run is changed.")
  private @Nullable String evaluate;

  @Option(
      names = "--output",
      paramLabel = "<folder>",
      description =
          "With --evaluate: keep what the callbacks write as a run of its own, in a new folder in"
              + " this one, a local path or one with a scheme. Default: print it only.")
  private @Nullable String output;

  @Option(
      names = "--format",
      paramLabel = "<format>",
      description =
          "With --evaluate: how to print the metrics: ${COMPLETION-CANDIDATES}; json is one object"
              + " and nothing else. Default: table.")
  private @Nullable ReportFormat format;

  @Option(names = "--check", description = "Check the configuration, and run nothing.")
  private boolean check;

  @Option(names = "--schema", description = "Print the JSON schema of the configuration.")
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
              ? "give the file of the configuration, as in: train run.yaml"
              : "give the file of the configuration before --evaluate, as in: train run.yaml"
                  + " --evaluate");
    }
    if (evaluate == null && (output != null || format != null)) {
      throw wrong(
          "%s says what becomes of an evaluation: give --evaluate, too"
              .formatted(output == null ? "--format" : "--output"));
    }
    try {
      return evaluate == null ? train(configuration, out) : evaluate(configuration, evaluate, out);
    } catch (ConfigurationException e) {
      spec.commandLine().getErr().println(e.getMessage());
      return WRONG_CONFIGURATION;
    }
  }

  /** The schema that ships. */
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
      out.println("%s is right: %s".formatted(configuration, RunDescription.of(run)));
      return 0;
    }
    EvaluationLines lines = new EvaluationLines(out, run.value().metricProperties());
    try (SparkSession spark = Sessions.start("ostinato train")) {
      TrainingResult result = new RunTraining(run, spark, lines, out).run();
      out.println();
      out.println(lines.table(result.summary()));
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
      out.println("%s is right: %s".formatted(configuration, RunDescription.of(run)));
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
