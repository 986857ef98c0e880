package io.ostinato.spark.engine;

import io.ostinato.evaluation.Attempts;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.EvaluationTimings;
import io.ostinato.spark.data.PreparedDataset;
import io.ostinato.spark.resident.ModelId;
import io.ostinato.spark.resident.ResidentReport;
import io.ostinato.spark.status.DatasetStatus;
import io.ostinato.spark.status.EvaluationBoard;
import io.ostinato.spark.status.EvaluationCounters;
import io.ostinato.spark.status.EvaluationCounters.Counter;
import io.ostinato.spark.status.ModelReport;
import io.ostinato.spark.status.PassStatus;
import java.lang.ref.WeakReference;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.spark.api.java.JavaRDD;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The counters, log lines and model reports of an engine's evaluations. Thread-safe. */
final class EngineReports {
  // Logged under the name of the public class.
  private static final Logger log = LoggerFactory.getLogger(SparkEvaluationEngine.class);

  private final EvaluationCounters counters;
  private final EvaluationBoard board;
  private final Map<String, ResidentReport> residents = new TreeMap<>();
  private final Set<String> logged = new HashSet<>();
  private final Set<String> datasets = new HashSet<>();

  /**
   * Starts without reports.
   *
   * @param counters of this process
   * @param board of the application
   */
  EngineReports(EvaluationCounters counters, EvaluationBoard board) {
    this.counters = counters;
    this.board = board;
  }

  /** Begins a pass of these evaluations, which share it. */
  PassStatus begins(List<EvaluationRequest> requests) {
    return board.begin(
        requests.stream().map(EvaluationRequest::tag).toList(),
        requests.get(0).weights().manifest());
  }

  /** Shows a dataset, under the name that an evaluation has for it. */
  void prepared(String key, PreparedDataset dataset) {
    synchronized (datasets) {
      datasets.add(dataset.id());
    }
    boolean storable = dataset.isStored();
    // The board outlives datasets, and must not keep them.
    WeakReference<JavaRDD<?>> batches = new WeakReference<>(dataset.batches());
    board.prepared(
        new DatasetStatus(
            dataset.id(),
            key,
            dataset.rows(),
            dataset.batchCount(),
            dataset.sizeBytes(),
            dataset.budgetBytes(),
            storable ? dataset.batches().id() : -1,
            () -> storable && isStored(batches.get())));
  }

  private static boolean isStored(@Nullable JavaRDD<?> batches) {
    return batches != null && batches.getStorageLevel().isValid();
  }

  /** No longer shows these datasets, nor stored ones that have been freed. */
  void released(List<String> ids) {
    synchronized (datasets) {
      ids.forEach(datasets::remove);
    }
    board.released(
        dataset ->
            ids.contains(dataset.id())
                || (dataset.rdd() >= 0 && !dataset.isStored().getAsBoolean()));
  }

  /** No longer shows the models and datasets of this engine. */
  void closed(List<ModelId> models) {
    Set<String> ids;
    synchronized (datasets) {
      ids = Set.copyOf(datasets);
      datasets.clear();
    }
    board.released(dataset -> ids.contains(dataset.id()));
    models.forEach(model -> board.modelClosed(model.id()));
  }

  /** Counts weights that were made available to the executors. */
  void weightsSent(long bytes) {
    counters.add(Counter.WEIGHT_BYTES_SENT, bytes);
    board.counters().add(Counter.WEIGHT_BYTES_SENT, bytes);
  }

  /** Ends a pass without results; has no effect if it has ended. */
  void passFailed(PassStatus pass, Throwable failure) {
    String problem =
        failure instanceof EvaluationException known ? known.problem() : failure.toString();
    if (board.failed(pass, problem)) {
      counters.add(Counter.FAILED_EVALUATIONS, pass.evaluations());
    }
  }

  /** Counts the time of a pass, once for all evaluations that share it. */
  void passEnded(EvaluationPass pass, EvaluationTimings timings, Attempts attempts) {
    board.succeeded(pass.status(), timings, pass.rows(), attempts.tasks());
    counters.addPass(timings);
  }

  /** Logs and counts an evaluation whose results have been processed. */
  void evaluationEnded(
      EvaluationPass pass, EvaluationTag tag, long rows, EvaluationTimings timings) {
    log.info("{}: {} rows, {}", tag, rows, timings);
    pass.status().processed(timings.process());
    for (EvaluationCounters each : List.of(counters, board.counters())) {
      each.add(Counter.EVALUATIONS, 1);
      each.add(Counter.ROWS, rows);
      each.add(Counter.PROCESS, timings.process().toNanos());
    }
  }

  /** Keeps the latest report of each place and logs each note once per model. */
  void modelRan(EvaluationTag tag, ModelId model, List<ResidentReport> reports) {
    warnOfHalves(tag, reports);
    for (ResidentReport report : reports) {
      board.reported(
          new ModelReport(
              model.id(),
              report.executor(),
              report.device(),
              report.builds(),
              report.refreshes(),
              report.use()));
    }
    synchronized (residents) {
      for (ResidentReport report : reports) {
        residents.merge(
            "%s %s".formatted(model.id(), report.place()), report, ResidentReport::later);
        report.notes().stream()
            .filter(note -> logged.add(model.id() + note))
            .forEach(note -> log.info("{}: {}", tag, note));
      }
    }
  }

  /** Logs where batches had to be halved, in one line. */
  private static void warnOfHalves(EvaluationTag tag, List<ResidentReport> reports) {
    Map<String, Integer> halved = new TreeMap<>();
    reports.stream()
        .filter(report -> report.halvedTo() > 0)
        .forEach(report -> halved.merge(report.place(), report.halvedTo(), Math::min));
    if (!halved.isEmpty()) {
      log.warn(
          "{}: the memory ran out, so batches were halved to {}; a smaller batch_size avoids that",
          tag,
          halved.entrySet().stream()
              .map(place -> "%s rows on executor %s".formatted(place.getValue(), place.getKey()))
              .collect(Collectors.joining(", ")));
    }
  }

  /** The latest report of each model and place. */
  List<ResidentReport> residents() {
    synchronized (residents) {
      return List.copyOf(residents.values());
    }
  }
}
