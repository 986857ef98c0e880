package io.ostinato.jobs.watch;

import io.ostinato.evaluation.OnFailure;
import io.ostinato.jobs.Sessions;
import io.ostinato.jobs.modelfile.WeightsArchitecture;
import io.ostinato.jobs.scoring.CheckpointEvaluator;
import io.ostinato.jobs.scoring.CommandFacts;
import io.ostinato.jobs.scoring.EvaluationOptions;
import io.ostinato.jobs.scoring.EvaluationSpec;
import io.ostinato.report.RunFacts;
import io.ostinato.report.RunReport;
import io.ostinato.storage.StorageException;
import io.ostinato.tracking.MetricProperties;
import io.ostinato.tracking.RunInfo;
import io.ostinato.training.TrainingLoopBuilder;
import java.io.IOException;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Evaluates checkpoints as another program writes them into a folder. */
@Command(
    name = "watch",
    description = {
      "Watches a folder and evaluates checkpoints as another program writes them. Each evaluation"
          + " is a Spark job.",
      "Progress is kept in the run's folder: a watch that is started again resumes."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  watch --checkpoints hdfs://name-node/net --pattern '*.pt' --policy every --poll 10s \\",
      "      --until-idle 30m --data digits.parquet --input pixels:float32:1,8,8 \\",
      "      --label label:int64 --metric accuracy --metric cross_entropy --output runs",
      "  watch --checkpoints output --pattern 'checkpoint-*' --architecture net.pt \\",
      "      --data digits.parquet --input pixels:float32:1,8,8 --label label:int64 \\",
      "      --metric accuracy",
      "",
      "Exit codes: 0 success, 1 a checkpoint or the watch failed, 2 invalid usage."
          + " See docs/watch.md for details."
    })
public final class WatchCommand implements Callable<Integer> {
  @Mixin private WatchOptions folder = new WatchOptions();

  @Mixin private EvaluationOptions options = new EvaluationOptions();

  @Option(
      names = "--output",
      paramLabel = "<folder>",
      description =
          "Folder in which the run has its folder, on any file system that Hadoop supports."
              + " Default: ${DEFAULT-VALUE}.")
  private String output = TrainingLoopBuilder.DEFAULT_OUTPUT;

  @Option(
      names = "--run-id",
      paramLabel = "<run_id>",
      description = "Name of the run's folder in --output. Default: derived from --checkpoints.")
  private @Nullable String runId;

  @Option(
      names = "--retry-failed",
      description = "Re-evaluate checkpoints that failed in an earlier watch of this run.")
  private boolean retryFailed;

  @Option(
      names = "--higher-is-better",
      paramLabel = "<metric>",
      description =
          "Metric, or glob pattern of metrics, that is better when higher; keeps a best model of"
              + " it; repeatable.")
  private List<String> higher = List.of();

  @Option(
      names = "--lower-is-better",
      paramLabel = "<metric>",
      description =
          "Metric, or glob pattern of metrics, that is better when lower; keeps a best model of it;"
              + " repeatable.")
  private List<String> lower = List.of();

  @Option(names = "--no-report", description = "Don't write report.html into the run's folder.")
  private boolean noReport;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    EvaluationSpec evaluation = options.spec();
    WatchSettings settings = folder.settings();
    Completeness completeness = folder.completeness();
    check(evaluation);
    try (SignalPace pace = new SignalPace(List.of("TERM", "INT"));
        SparkSession spark = Sessions.start("ostinato watch")) {
      Configuration configuration = spark.sparkContext().hadoopConfiguration();
      HadoopFolder watched = openFolder(configuration, subfolders(evaluation, completeness));
      String id = runId == null ? RunIds.of(watched.path().toString()) : runId;
      try (WatchRun run = new WatchRun(output, id, configuration)) {
        refuseOtherSettings(run, watched);
        run.deleteAbandoned(pace.now());
        try (CheckpointEvaluator evaluator = CheckpointEvaluator.of(spark, evaluation);
            WatchSession session =
                new WatchSession(
                    run,
                    id,
                    properties(evaluation),
                    retryFailed,
                    report(run, evaluation, spark),
                    spec.commandLine())) {
          ModelEvaluation model = new SparkModelEvaluation(spark, evaluator, evaluation.dataset());
          int exitCode = session.watch(settings, watched, completeness, model, pace);
          return evaluation.policy().onFailure().then() == OnFailure.Then.WARN ? 0 : exitCode;
        }
      }
    }
  }

  /** Starts or resumes the page about the run. */
  private RunReport report(WatchRun run, EvaluationSpec evaluation, SparkSession spark) {
    if (noReport) {
      return RunReport.none();
    }
    RunReport report =
        RunReport.of(run.files(), run.checkpoints(), properties(evaluation), Clock.systemUTC());
    report.resume(() -> facts(evaluation, spark));
    return report;
  }

  private RunFacts facts(EvaluationSpec evaluation, SparkSession spark) {
    Map<String, String> about = new LinkedHashMap<>();
    about.put("checkpoints", folder.checkpoints);
    about.put("evaluated on", evaluation.dataset());
    return RunFacts.of(
        "watch", about, CommandFacts.versions(spark), CommandFacts.options(spec.commandLine()));
  }

  private void check(EvaluationSpec evaluation) {
    if (evaluation.metrics().isEmpty()) {
      throw options.wrong("nothing to evaluate: add --metric, for example --metric accuracy");
    }
    if (runId != null && !RunInfo.isId(runId)) {
      throw options.wrong("--run-id '%s' %s".formatted(runId, RunInfo.ID_FORM));
    }
    folder
        .commonEnd()
        .flatMap(name -> CheckpointEvaluator.mistakeOfName(name, evaluation))
        .ifPresent(
            mistake -> {
              throw options.wrong("--pattern " + mistake);
            });
  }

  /** Subfolders of weights are checkpoints if there is a module to give the weights to. */
  private static Predicate<String> subfolders(
      EvaluationSpec evaluation, Completeness completeness) {
    return evaluation.architecture() instanceof WeightsArchitecture.OfModule
        ? completeness::isCheckpoint
        : name -> false;
  }

  private HadoopFolder openFolder(Configuration configuration, Predicate<String> subfolders) {
    String name = folder.checkpoints;
    try {
      Path path = new Path(name);
      FileSystem system = path.getFileSystem(configuration);
      if (!system.getFileStatus(path).isDirectory()) {
        throw options.wrong("--checkpoints '%s' is a file; it must be a folder".formatted(name));
      }
      HadoopFolder watched = new HadoopFolder(system, system.makeQualified(path), subfolders);
      watched.list();
      return watched;
    } catch (IOException e) {
      if (StorageException.isMissing(e)) {
        throw options.wrong(
            "--checkpoints '%s': there is no such folder; create it before starting the watch"
                .formatted(name));
      }
      throw new StorageException(
          "can't read the folder --checkpoints '%s': %s"
              .formatted(name, StorageException.reasonOf(e)),
          e);
    } catch (IllegalArgumentException e) {
      throw options.wrong(
          "--checkpoints '%s' is not a valid path: %s".formatted(name, e.getMessage()));
    }
  }

  /** Refuses to continue a run with other settings, since its metrics would not be comparable. */
  private void refuseOtherSettings(WatchRun run, HadoopFolder watched) {
    Map<String, String> now = new LinkedHashMap<>();
    now.put("--checkpoints", watched.path().toString());
    now.put("--higher-is-better", higher.toString());
    now.put("--lower-is-better", lower.toString());
    for (OptionSpec option : CommandSpec.forAnnotatedObject(new EvaluationOptions()).options()) {
      String name = option.longestName();
      if (!EvaluationOptions.WITHOUT_EFFECT_ON_METRICS.contains(name)) {
        OptionSpec given = spec.findOption(name);
        now.put(name, String.valueOf((Object) given.getValue()));
      }
    }
    List<String> before = run.settle(now);
    if (!before.isEmpty()) {
      throw options.wrong(
          "the run in '%s' was started with %s; use the same settings, or another --run-id"
              .formatted(run.location(), String.join(", ", before)));
    }
  }

  private MetricProperties properties(EvaluationSpec evaluation) {
    MetricProperties properties =
        MetricProperties.defaults().withWritten(List.of(evaluation.directions()));
    for (String pattern : higher) {
      properties = properties.higherIsBetter(pattern);
    }
    for (String pattern : lower) {
      properties = properties.lowerIsBetter(pattern);
    }
    return properties;
  }
}
