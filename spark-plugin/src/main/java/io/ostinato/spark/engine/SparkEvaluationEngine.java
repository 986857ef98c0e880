package io.ostinato.spark.engine;

import io.ostinato.evaluation.BatchOutput;
import io.ostinato.evaluation.Collation;
import io.ostinato.evaluation.EvaluationData;
import io.ostinato.evaluation.EvaluationEngine;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.EvaluationTimings;
import io.ostinato.evaluation.ModelSource;
import io.ostinato.evaluation.RowCheck;
import io.ostinato.metric.MetricStates;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.spark.data.PreparedDataset;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.plugin.NativeEngine;
import io.ostinato.spark.plugin.OstinatoPlugin;
import io.ostinato.spark.plugin.OstinatoSettings;
import io.ostinato.spark.resident.ModelId;
import io.ostinato.spark.resident.ResidentModels;
import io.ostinato.spark.resident.ResidentReport;
import io.ostinato.weights.WeightSnapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Evaluates as Spark jobs, over {@link SparkDataset}s, one evaluation at a time. Executors keep the
 * model on their device and receive only the shards of its weights that changed.
 */
public final class SparkEvaluationEngine implements EvaluationEngine {
  private static final Logger log = LoggerFactory.getLogger(SparkEvaluationEngine.class);

  private final JavaSparkContext context;
  private final OstinatoSettings settings;
  private final WeightBroadcasts broadcasts;
  private final Map<ModelSource, ModelId> models = new HashMap<>();
  private final Map<String, ResidentReport> residents = new TreeMap<>();
  private final Set<SparkDataset> datasets = new HashSet<>();

  private SparkEvaluationEngine(JavaSparkContext context, OstinatoSettings settings) {
    this.context = context;
    this.settings = settings;
    this.broadcasts = new WeightBroadcasts(context);
  }

  /**
   * An engine on this session's application.
   *
   * @throws IllegalArgumentException if the session has no RDDs (Spark Connect), or a setting that
   *     begins with {@code spark.ostinato.} is wrong
   */
  public static SparkEvaluationEngine of(SparkSession session) {
    JavaSparkContext context = contextOf(session);
    OstinatoSettings settings = OstinatoSettings.of(context.getConf());
    if (!OstinatoSettings.pluginConfigured(context.getConf())) {
      log.info(
          "the Ostinato plugin is not configured; evaluations work, and each executor loads the"
              + " native engine at its first one. With spark.plugins={} it is loaded when the"
              + " executor starts, with its number of threads set before other code can load it",
          OstinatoPlugin.class.getName());
    }
    NativeEngine.loadOnDriver(context.sc(), settings);
    return new SparkEvaluationEngine(context, settings);
  }

  @Override
  public void check(String datasetKey, EvaluationData data) {
    try {
      sparkDataset(data).check();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "dataset '%s': %s".formatted(datasetKey, e.getMessage()), e);
    }
  }

  @Override
  public synchronized EvaluationResults evaluate(
      EvaluationRequest request, ProgressDisplay display) {
    long start = System.nanoTime();
    EvaluationTag tag = request.tag();
    try (JobGroup group =
        new JobGroup(context, "%s %s".formatted(tag.callback(), tag.iteration()), tag.toString())) {
      PreparedDataset dataset = prepare(request);
      List<PartitionOutcome> outcomes = run(request, dataset, display);
      List<BatchOutput> batches =
          outcomes.stream().flatMap(outcome -> outcome.batches().stream()).toList();
      RowCheck.check(tag, batches, dataset.rows());
      var collated = Collation.collate(tag, batches);
      long busy = outcomes.stream().mapToLong(PartitionOutcome::busyNanos).sum();
      var timings =
          new EvaluationTimings(
              Duration.ofNanos(System.nanoTime() - start), Duration.ofNanos(busy));
      String manifest = request.weights().manifest().hash();
      List<MetricStates> states =
          outcomes.stream().flatMap(outcome -> outcome.states().stream()).toList();
      return EvaluationResults.of(collated, states, dataset.rows(), manifest, timings);
    }
  }

  /** What executors and devices have reported so far about the models that they keep. */
  public synchronized List<ResidentReport> residents() {
    return List.copyOf(residents.values());
  }

  /** Frees what the executors keep for this engine: models, weights and stored datasets. */
  @Override
  public synchronized void close() {
    if (context.sc().isStopped()) {
      return;
    }
    datasets.forEach(SparkDataset::unpersist);
    datasets.clear();
    broadcasts.destroyAll();
    releaseModels();
  }

  private PreparedDataset prepare(EvaluationRequest request) {
    SparkDataset dataset = sparkDataset(request.data());
    datasets.add(dataset);
    try {
      return dataset.prepare(request.batchSize());
    } catch (Exception e) { // Spark throws checked exceptions that it doesn't declare
      throw Failures.asEvaluationException(request.tag(), e);
    }
  }

  private List<PartitionOutcome> run(
      EvaluationRequest request, PreparedDataset dataset, ProgressDisplay display) {
    WeightSnapshot weights = request.weights();
    PartitionTask task =
        new PartitionTask(
            request.tag(),
            request.processor(),
            new ArrayList<>(request.metrics()),
            modelId(request.model()),
            weights.manifest(),
            broadcasts.publish(weights),
            dataset.partitionStarts(),
            settings);
    int tasks = dataset.blocks().getNumPartitions();
    List<PartitionOutcome> outcomes;
    try {
      var action = dataset.blocks().mapPartitionsWithIndex(task, true).collectAsync();
      outcomes =
          new RunningJob<>(request.tag(), action, tasks)
              .await(context, display).stream()
                  .map(bytes -> SerializedBytes.read(bytes, PartitionOutcome.class))
                  .sorted(Comparator.comparingInt(PartitionOutcome::partition))
                  .toList();
    } catch (Exception e) { // Spark throws checked exceptions that it doesn't declare
      throw Failures.asEvaluationException(request.tag(), e);
    }
    outcomes.stream()
        .flatMap(outcome -> outcome.resident().stream())
        .forEach(
            report -> residents.put("%s %s".formatted(task.model().id(), report.place()), report));
    return outcomes;
  }

  private ModelId modelId(ModelSource source) {
    return models.computeIfAbsent(source, s -> new ModelId(UUID.randomUUID().toString(), s));
  }

  private void releaseModels() {
    List<ModelId> ids = List.copyOf(models.values());
    models.clear();
    if (ids.isEmpty()) {
      return;
    }
    int tasks = Math.max(1, context.defaultParallelism());
    try {
      context
          .parallelize(IntStream.range(0, tasks).boxed().toList(), tasks)
          .foreach(i -> ids.forEach(ResidentModels.ofThisProcess()::close));
    } catch (Exception e) { // Spark throws checked exceptions that it doesn't declare
      log.warn("the resident models could not be freed; the executors free them when they end", e);
    }
  }

  private static SparkDataset sparkDataset(EvaluationData data) {
    if (data instanceof SparkDataset dataset) {
      return dataset;
    }
    throw new IllegalArgumentException(
        "a SparkEvaluationEngine evaluates on a SparkDataset, not on a "
            + data.getClass().getName());
  }

  private static JavaSparkContext contextOf(SparkSession session) {
    try {
      return JavaSparkContext.fromSparkContext(session.sparkContext());
    } catch (UnsupportedOperationException | LinkageError e) {
      throw new IllegalArgumentException(
          "this session (%s) has no SparkContext: it is a Spark Connect session, which has no RDDs;"
                  .formatted(session.getClass().getName())
              + " start the application with spark-submit or a classic session",
          e);
    }
  }
}
