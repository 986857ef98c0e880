package io.ostinato.jobs.train;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.ArrayDataset;
import io.ostinato.evaluation.DataContainer;
import io.ostinato.jobs.config.Bound;
import io.ostinato.jobs.config.ConfigurationException;
import io.ostinato.jobs.config.Mistakes;
import io.ostinato.jobs.config.Resolved;
import io.ostinato.jobs.data.DataException;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.engine.SparkEvaluationEngine;
import io.ostinato.spark.storage.HadoopRunFiles;
import io.ostinato.training.TrainingLoop;
import io.ostinato.training.TrainingLoopBuilder;
import io.ostinato.training.TrainingResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;

/** Trains what a configuration says, in a Spark session. */
final class RunTraining {
  /** What says where a run is, and not what it is: the resolved file can be run again. */
  private static final Set<String> OF_THIS_RUN = Set.of("run_id", "resume");

  private static final DateTimeFormatter RUN_ID =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss-SSS").withZone(ZoneOffset.UTC);

  private final Bound<RunConfig> bound;
  private final RunConfig config;
  private final SparkSession spark;
  private final EvaluationLines lines;
  private final Mistakes mistakes = new Mistakes();

  RunTraining(Bound<RunConfig> bound, SparkSession spark, EvaluationLines lines) {
    this.bound = bound;
    this.config = bound.value();
    this.spark = spark;
    this.lines = lines;
  }

  /**
   * Trains.
   *
   * @throws ConfigurationException if it can't start; says all mistakes
   */
  TrainingResult run() {
    try (SparkEvaluationEngine engine = SparkEvaluationEngine.of(spark);
        NDManager manager = Engine.getInstance().newBaseManager()) {
      Map<String, SparkDataset> evaluations = openEvaluations();
      ArrayDataset train = collect(manager);
      DataContainer.Builder data = DataContainer.builder().train(train);
      evaluations.forEach(data::evaluation);
      TrainingLoop training =
          new RunBuilder(bound).build(data.build(), train.size(), engine, this::tellMore);
      writeResolved(training.folder());
      return training.run();
    }
  }

  private Map<String, SparkDataset> openEvaluations() {
    Map<String, SparkDataset> opened = new LinkedHashMap<>();
    config
        .datasets()
        .evaluations()
        .forEach(
            (key, dataset) ->
                attempt(dataset, () -> opened.put(key, checked(dataset.open(spark)))));
    return opened;
  }

  private ArrayDataset collect(NDManager manager) {
    Datasets.Train train = config.datasets().train();
    ArrayDataset[] collected = new ArrayDataset[1];
    SparkDataset[] source = new SparkDataset[1];
    attempt(train, () -> source[0] = checked(train.source().open(spark)));
    mistakes.throwIfAny();
    attempt(train, () -> collected[0] = TrainRows.collect(train, source[0], manager));
    mistakes.throwIfAny();
    return collected[0];
  }

  private static SparkDataset checked(SparkDataset dataset) {
    dataset.check();
    return dataset;
  }

  /** What can't be opened is a mistake at the place of the dataset. */
  private void attempt(Object dataset, Callable<?> work) {
    try {
      work.call();
    } catch (Exception e) {
      mistakes.add(bound.placeOf(dataset, "path"), reason(e));
    }
  }

  /** The first line of the innermost cause: Spark wraps what a task says in what it did itself. */
  private static String reason(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null && !(cause instanceof DataException)) {
      cause = cause.getCause();
    }
    String message = String.valueOf(cause.getMessage());
    return message.lines().findFirst().orElseGet(cause::toString);
  }

  private void tellMore(TrainingLoopBuilder builder) {
    String runId = RUN_ID.format(Clock.systemUTC().instant());
    if (config.resume() != null) {
      runId = config.resume().runId();
      builder.resume(runId, config.resume().checkpoint());
    } else {
      runId = config.runId() == null ? runId : config.runId();
      builder.runId(runId);
    }
    if (config.checkpoints() != null) {
      builder.checkpoints(HadoopRunFiles.in(config.checkpoints() + "/" + runId, spark));
    }
    if (config.trackers().stream().noneMatch(TrackerConfig.ConsoleLines.class::isInstance)) {
      builder.tracker(lines);
    }
    config.trackers().forEach(tracker -> builder.tracker(tracker.create()));
  }

  private void writeResolved(Path folder) {
    Path temporary = folder.resolve("config.yaml.tmp");
    try {
      Files.createDirectories(folder);
      Files.writeString(temporary, Resolved.yaml(config, OF_THIS_RUN));
      Files.move(temporary, folder.resolve("config.yaml"), StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "can't write the configuration to '%s': %s".formatted(folder, e.getMessage()), e);
    }
  }
}
