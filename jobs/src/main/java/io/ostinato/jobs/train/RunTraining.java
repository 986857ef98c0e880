package io.ostinato.jobs.train;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.ArrayDataset;
import io.ostinato.callback.Callback;
import io.ostinato.evaluation.DataContainer;
import io.ostinato.jobs.ErrorLine;
import io.ostinato.jobs.config.Bound;
import io.ostinato.jobs.config.ConfigurationException;
import io.ostinato.jobs.config.Mistakes;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.engine.SparkEvaluationEngine;
import io.ostinato.spark.plugin.EnginePreload;
import io.ostinato.spark.storage.HadoopRunFiles;
import io.ostinato.storage.Checkpoint;
import io.ostinato.storage.RunFiles;
import io.ostinato.tracking.Tracker;
import io.ostinato.training.TrainingLoop;
import io.ostinato.training.TrainingLoopBuilder;
import io.ostinato.training.TrainingResult;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.apache.spark.sql.SparkSession;

/** Trains a configuration, or evaluates it at a checkpoint, in a Spark session. */
final class RunTraining {
  /** Keys that identify the run, omitted from the resolved file so that it can be run again. */
  private static final Set<String> OF_THIS_RUN = Set.of("run_id", "resume");

  private static final String RESOLVED = "config.yaml";

  private final Bound<RunConfig> bound;
  private final RunConfig config;
  private final SparkSession spark;
  private final EvaluationLines lines;
  private final PrintWriter out;
  private final Mistakes mistakes = new Mistakes();

  RunTraining(Bound<RunConfig> bound, SparkSession spark, EvaluationLines lines, PrintWriter out) {
    this.bound = bound;
    this.config = bound.value();
    this.spark = spark;
    this.lines = lines;
    this.out = out;
  }

  /**
   * Trains the model.
   *
   * @throws ConfigurationException if the training can't start; lists all mistakes
   */
  TrainingResult run() {
    return with(
        new RunBuilder(bound),
        (builder, run) -> tellMore(builder, run.nameRun(builder)),
        TrainingLoop::run);
  }

  /**
   * Runs the callbacks once, at a checkpoint, in a run of its own.
   *
   * @param leftOut the callbacks to skip, by identity
   * @param kept the run to write to
   * @param tracker receives the metrics
   * @throws ConfigurationException if the evaluation can't start; lists all mistakes
   */
  void evaluate(Checkpoint checkpoint, Set<Callback> leftOut, KeptRun kept, Tracker tracker) {
    with(
        new RunBuilder(bound, leftOut),
        (builder, run) -> {
          kept.takeFilesOf(builder);
          builder.tracker(tracker);
        },
        training -> {
          training.files().write(RESOLVED, resolved());
          training.evaluate(checkpoint);
          return training.files();
        });
  }

  /**
   * Builds the training and applies a function to it while its engine and data are open. Data is
   * opened, and the rows to train on are counted, while the native engine may still be loading; if
   * it isn't, it is loaded before rows are counted, so that its failure doesn't come after that
   * work.
   */
  private <T> T with(
      RunBuilder run,
      BiConsumer<TrainingLoopBuilder, RunBuilder> more,
      Function<TrainingLoop, T> work) {
    Map<String, SparkDataset> evaluations = openEvaluations();
    SparkDataset opened = openTrain();
    EnginePreload.loadUnlessBegun(spark.sparkContext());
    TrainRows rows = count(opened);
    try (SparkEvaluationEngine engine = SparkEvaluationEngine.of(spark);
        NDManager manager = Engine.getInstance().newBaseManager()) {
      ArrayDataset train = collect(rows, manager);
      DataContainer.Builder data = DataContainer.builder().train(train);
      evaluations.forEach(data::evaluation);
      TrainingLoop training =
          run.build(data.build(), train.size(), engine, builder -> more.accept(builder, run));
      return work.apply(training);
    }
  }

  private Map<String, SparkDataset> openEvaluations() {
    Map<String, SparkDataset> opened = new LinkedHashMap<>();
    config
        .datasets()
        .evaluations()
        .forEach(
            (key, dataset) ->
                attempt(dataset, () -> checked(dataset.open(spark)))
                    .ifPresent(checked -> opened.put(key, checked)));
    return opened;
  }

  private SparkDataset openTrain() {
    Datasets.Train train = config.datasets().train();
    return orThrow(attempt(train, () -> checked(train.source().open(spark))));
  }

  private TrainRows count(SparkDataset opened) {
    Datasets.Train train = config.datasets().train();
    return orThrow(attempt(train, () -> TrainRows.of(train, opened)));
  }

  private ArrayDataset collect(TrainRows rows, NDManager manager) {
    return orThrow(attempt(rows.config(), () -> rows.collect(manager)));
  }

  private <T> T orThrow(Optional<T> attempted) {
    mistakes.throwIfAny();
    return attempted.orElseThrow();
  }

  private static SparkDataset checked(SparkDataset dataset) {
    dataset.check();
    return dataset;
  }

  /** Runs an action; a failure is recorded as a mistake at the dataset's place. */
  private <T> Optional<T> attempt(Object dataset, Callable<T> work) {
    try {
      return Optional.of(work.call());
    } catch (Exception e) {
      mistakes.add(bound.placeOf(dataset, "path"), ErrorLine.of(e));
      return Optional.empty();
    }
  }

  private void tellMore(TrainingLoopBuilder builder, String runId) {
    builder.output(RunOutput.open(bound, spark.sparkContext().hadoopConfiguration()));
    builder.file(RESOLVED, resolved());
    if (config.checkpoints() != null) {
      builder.checkpoints(HadoopRunFiles.in(config.checkpoints() + "/" + runId, spark));
    }
    if (config.trackers().stream().noneMatch(TrackerConfig.ConsoleLines.class::isInstance)) {
      builder.tracker(lines);
    }
    config.trackers().forEach(tracker -> builder.tracker(tracker.create(out)));
  }

  private RunFiles.Content resolved() {
    byte[] yaml = bound.yaml(OF_THIS_RUN).getBytes(StandardCharsets.UTF_8);
    return file -> file.write(yaml);
  }
}
