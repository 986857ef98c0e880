package io.ostinato.spark.engine;

import io.ostinato.evaluation.EvaluationData;
import io.ostinato.evaluation.EvaluationEngine;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.ResultsTarget;
import io.ostinato.model.ModelSource;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.spark.data.PreparedDataset;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.plugin.GpuAmounts;
import io.ostinato.spark.plugin.NativeEngine;
import io.ostinato.spark.plugin.OstinatoPlugin;
import io.ostinato.spark.plugin.OstinatoSettings;
import io.ostinato.spark.plugin.StatusPublication;
import io.ostinato.spark.resident.ModelId;
import io.ostinato.spark.resident.ProcessRegistry;
import io.ostinato.spark.resident.ResidentReport;
import io.ostinato.spark.resident.TaskWatchdog;
import io.ostinato.spark.status.EvaluationBoard;
import io.ostinato.spark.status.PassStatus;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs evaluations as Spark jobs over {@link SparkDataset}s. Executors keep the model on their
 * device and receive only the shards of its weights that have changed.
 *
 * <p>Evaluations requested by several threads run concurrently. If Spark's scheduler is fair, their
 * jobs run in the pool {@code ostinato}, unless the thread has set {@code spark.scheduler.pool}. If
 * a thread is interrupted while it waits for an evaluation, the jobs of that evaluation are
 * cancelled, it throws an {@link EvaluationException}, and the thread stays interrupted.
 */
public final class SparkEvaluationEngine implements EvaluationEngine {
  private static final Logger log = LoggerFactory.getLogger(SparkEvaluationEngine.class);

  private final SparkSession session;
  private final JavaSparkContext context;
  private final OstinatoSettings settings;
  private final WeightBroadcasts broadcasts;
  private final EngineReports reports;
  private final Map<ModelSource, ModelId> models = new HashMap<>();
  private final Set<SparkDataset> datasets = new HashSet<>();
  private final Set<String> batchIds = new HashSet<>();
  private final List<InternalHeartbeats> heartbeats = new ArrayList<>();
  private final ExecutorWatch executorWatch;
  private final PassWatches watches;

  private SparkEvaluationEngine(
      SparkSession session, JavaSparkContext context, OstinatoSettings settings) {
    this.session = session;
    this.context = context;
    this.settings = settings;
    this.broadcasts = new WeightBroadcasts(channel(context, settings), Parcel.BYTES);
    this.executorWatch = new ExecutorWatch(context.sc(), Clock.systemUTC());
    EvaluationBoard board = StatusPublication.begin(context.sc(), settings);
    this.reports = new EngineReports(ProcessRegistry.ofThisProcess().counters(), board);
    this.watches = new PassWatches(context.sc(), settings);
    if (!OstinatoSettings.pluginConfigured(context.getConf())) {
      heartbeats.add(
          InternalHeartbeats.listen(context.sc(), ProcessRegistry.ofThisProcess().rowReports()));
    }
  }

  private static ParcelChannel channel(JavaSparkContext context, OstinatoSettings settings) {
    return context.isLocal()
        ? new LocalChannel()
        : new ExecutorChannel(context, settings.weights());
  }

  /**
   * Creates an engine on this session's application.
   *
   * @throws IllegalArgumentException if the session has no RDDs (Spark Connect), or if a {@code
   *     spark.ostinato.*} setting or an amount of GPUs is invalid
   */
  public static SparkEvaluationEngine of(SparkSession session) {
    JavaSparkContext context = contextOf(session);
    OstinatoSettings settings = OstinatoSettings.of(context.getConf());
    if (!OstinatoSettings.pluginConfigured(context.getConf())) {
      GpuAmounts.of(context.getConf()).check();
      log.info(
          "the Ostinato plugin is not configured; evaluations work, but each executor loads the"
              + " native engine at its first one. With spark.plugins={} it is loaded when the"
              + " executor starts, with its number of threads set before other code can load it",
          OstinatoPlugin.class.getName());
    }
    NativeEngine.loadOnDriver(context.sc(), settings);
    return new SparkEvaluationEngine(session, context, settings);
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
  public void check(ResultsTarget target) {}

  @Override
  public Map<String, String> versions() {
    return Map.of("Spark", context.version());
  }

  @Override
  public EvaluationResults evaluate(EvaluationRequest request, ProgressDisplay display) {
    return executorWatch.during(request.tag(), () -> pass(List.of(request), display)).get(0);
  }

  /**
   * Evaluates and keeps the row results on the executors.
   *
   * @param request without metrics; its target has no effect
   * @throws EvaluationException if the evaluation fails, or a result can't be a column
   */
  public EvaluatedRows evaluateToRows(EvaluationRequest request, ProgressDisplay display) {
    return executorWatch.during(
        request.tag(),
        () ->
            guarded(
                List.of(request),
                (pass, jobs) -> new KeptResults(session, reports).run(pass, display)));
  }

  @Override
  public List<EvaluationResults> evaluateTogether(
      List<EvaluationRequest> requests, ProgressDisplay display) {
    boolean together =
        settings.evaluations().share()
            && requests.stream().allMatch(request -> request.sharesPassWith(requests.get(0)));
    return together
        ? executorWatch.during(requests.get(0).tag(), () -> pass(requests, display))
        : EvaluationEngine.super.evaluateTogether(requests, display);
  }

  /**
   * The latest reports of the executors about the models that they keep, one per model and device.
   */
  public List<ResidentReport> residents() {
    return reports.residents();
  }

  /** Total size of the weights sent to the executors so far, in bytes. */
  public long weightBytesSent() {
    return broadcasts.bytesSent();
  }

  /** Frees what the executors keep of a dataset that is not evaluated any more. */
  public void release(SparkDataset dataset) {
    synchronized (this) {
      datasets.remove(dataset);
    }
    List<String> ids = dataset.preparedIds();
    dataset.unpersist();
    reports.released(ids);
  }

  /** Frees what the executors keep for this engine: models, weights and persisted datasets. */
  @Override
  public synchronized void close() {
    executorWatch.close();
    if (context.sc().isStopped()) {
      return;
    }
    heartbeats.forEach(InternalHeartbeats::close);
    watches.close();
    datasets.forEach(SparkDataset::unpersist);
    datasets.clear();
    broadcasts.destroyAll();
    reports.closed(List.copyOf(models.values()));
    releaseModels();
  }

  /** What is done with the results of a pass. */
  @FunctionalInterface
  private interface ResultsOf<R> {
    R run(EvaluationPass pass, JobGroup jobs);
  }

  private List<EvaluationResults> pass(List<EvaluationRequest> requests, ProgressDisplay display) {
    return guarded(
        requests,
        (pass, jobs) ->
            pass.first().target() instanceof ResultsTarget.Parquet parquet
                ? List.of(new ParquetResults(session, parquet, jobs, reports).run(pass, display))
                : new CollectedResults(settings, reports).run(pass, display));
  }

  private <R> R guarded(List<EvaluationRequest> requests, ResultsOf<R> results) {
    EvaluationRequest first = requests.get(0);
    EvaluationTag tag = first.tag();
    String group = "%s %s".formatted(tag.callback(), tag.iteration());
    Optional<String> patience =
        first
            .policy()
            .deadline()
            .map(most -> TaskWatchdog.patience(settings.patience().grace().duration(), most));
    PassStatus status = reports.begins(requests);
    try (JobGroup jobs = new JobGroup(context, group, tag.toString(), patience);
        PassWatch guard = watches.begin(first, jobs, status)) {
      try {
        return prepared(requests, jobs, guard, status, results);
      } catch (Exception e) { // Spark throws checked exceptions that it doesn't declare
        throw guard.failure(e instanceof RuntimeException exception ? exception : failure(tag, e));
      }
    } catch (RuntimeException | Error e) {
      reports.passFailed(status, e);
      throw e;
    }
  }

  private static EvaluationException failure(EvaluationTag tag, Exception e) {
    return e instanceof InterruptedException interrupted
        ? Failures.interrupted(tag, interrupted)
        : Failures.asEvaluationException(tag, e);
  }

  private <R> R prepared(
      List<EvaluationRequest> requests,
      JobGroup jobs,
      PassWatch guard,
      PassStatus status,
      ResultsOf<R> results) {
    EvaluationRequest first = requests.get(0);
    Stopwatch watch = new Stopwatch(status);
    PreparedDataset dataset = jobs.await(() -> prepare(first));
    watch.prepared(dataset.rows());
    ModelId model = modelId(first.model());
    try (WeightBroadcasts.Published published = broadcasts.publish(model, first.weights())) {
      watch.sent(published.bytesSent());
      reports.weightsSent(published.bytesSent());
      EvaluationPass pass =
          new EvaluationPass(
              requests, dataset, model, task(requests, dataset, model, published), watch, status);
      status.counts(pass.task().done()::sum);
      guard.begins(pass.task().done(), pass.rows(), () -> abandon(pass));
      // Cancels jobs before the weights are released, which their tasks may still fetch.
      return jobs.await(() -> results.run(pass, jobs));
    }
  }

  /** Keeps later evaluations from a model that a thread of this process may use for ever. */
  private void abandon(EvaluationPass pass) {
    if (context.isLocal()) {
      ProcessRegistry.ofThisProcess()
          .models()
          .abandon(pass.model(), pass.first().weights().manifest());
    }
  }

  private PreparedDataset prepare(EvaluationRequest request) {
    SparkDataset dataset = sparkDataset(request.data());
    synchronized (this) {
      datasets.add(dataset);
    }
    try {
      PreparedDataset prepared =
          dataset.prepare(
              request.batchSize(), request.selection().maxRows(), request.policy().badRows());
      synchronized (this) {
        batchIds.add(batchesId(prepared, request));
      }
      reports.prepared(request.tag().datasetKey(), prepared);
      return prepared;
    } catch (Exception e) { // Spark throws checked exceptions that it doesn't declare
      throw failure(request.tag(), e);
    }
  }

  private PartitionTask task(
      List<EvaluationRequest> requests,
      PreparedDataset dataset,
      ModelId model,
      WeightBroadcasts.Published published) {
    ArrayList<EvaluationWork> works = new ArrayList<>();
    for (EvaluationRequest request : requests) {
      works.add(EvaluationWork.of(request, dataset.rows(), settings.evaluations().resultsLimit()));
    }
    PartitionTask.Content content =
        new PartitionTask.Content(
            works,
            model,
            published.inFlight(),
            batchesId(dataset, requests.get(0)),
            dataset.isStored(),
            dataset.partitionStarts(),
            requests.get(0).selection(),
            settings);
    try {
      return PartitionTask.of(content, published.weights(), RowsDone.registered(context.sc()));
    } catch (UncheckedIOException e) {
      throw EvaluationException.of(
          requests.get(0).tag(),
          "the evaluation can't be sent to the executors: " + e.getMessage(),
          e);
    }
  }

  /** Identifies batches and their selected columns; devices keep only these columns. */
  private static String batchesId(PreparedDataset dataset, EvaluationRequest request) {
    List<String> columns = request.selection().columns();
    // Lengths make the list unambiguous for names with spaces and colons.
    return columns.stream()
        .map(column -> " %s:%s".formatted(column.length(), column))
        .collect(Collectors.joining("", dataset.id(), ""));
  }

  private synchronized ModelId modelId(ModelSource source) {
    return models.computeIfAbsent(source, s -> new ModelId(UUID.randomUUID().toString(), s));
  }

  private void releaseModels() {
    List<ModelId> ids = List.copyOf(models.values());
    models.clear();
    if (!ids.isEmpty()) {
      new ResidentRelease(context, ids, List.copyOf(batchIds)).run(residents());
    }
    batchIds.clear();
  }

  private static SparkDataset sparkDataset(EvaluationData data) {
    if (data instanceof SparkDataset dataset) {
      return dataset;
    }
    throw new IllegalArgumentException(
        "SparkEvaluationEngine requires a SparkDataset, not a " + data.getClass().getName());
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
