package io.ostinato.spark.engine;

import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.EvaluationTimings;
import io.ostinato.spark.resident.EvaluationCounters;
import io.ostinato.spark.resident.EvaluationCounters.Counter;
import io.ostinato.spark.resident.ModelId;
import io.ostinato.spark.resident.ResidentReport;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The counters, log lines and model reports of an engine's evaluations. Thread-safe. */
final class EngineReports {
  // Logged under the name of the public class.
  private static final Logger log = LoggerFactory.getLogger(SparkEvaluationEngine.class);

  private final EvaluationCounters counters;
  private final Map<String, ResidentReport> residents = new TreeMap<>();
  private final Set<String> logged = new HashSet<>();

  EngineReports(EvaluationCounters counters) {
    this.counters = counters;
  }

  /** Counts weights that were made available to the executors. */
  void weightsSent(long bytes) {
    counters.add(Counter.WEIGHT_BYTES_SENT, bytes);
  }

  /** Counts the time of a pass, once for all evaluations that share it. */
  void passEnded(EvaluationTimings timings) {
    counters.add(Counter.PREPARE, timings.prepare().toNanos());
    counters.add(Counter.SEND, timings.send().toNanos());
    counters.add(Counter.JOB, timings.job().toNanos());
    counters.add(Counter.COLLECT, timings.collect().toNanos());
  }

  /** Logs and counts an evaluation whose results have been processed. */
  void evaluationEnded(EvaluationTag tag, long rows, EvaluationTimings timings) {
    log.info("{}: {} rows, {}", tag, rows, timings);
    counters.add(Counter.EVALUATIONS, 1);
    counters.add(Counter.ROWS, rows);
    counters.add(Counter.PROCESS, timings.process().toNanos());
  }

  /** Keeps the latest report of each place and logs each note once per model. */
  void modelRan(EvaluationTag tag, ModelId model, List<ResidentReport> reports) {
    warnOfHalves(tag, reports);
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
