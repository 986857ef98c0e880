package io.ostinato.spark.ui;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import io.ostinato.spark.status.EvaluationBoard;
import io.ostinato.spark.status.EvaluationCounters.Counter;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The metrics of the whole application on its driver, including the work of the executors. Their
 * names end in their unit.
 */
public final class ApplicationMetrics {
  private static final Logger log = LoggerFactory.getLogger(ApplicationMetrics.class);

  /** The counters of numbers and bytes. */
  static final Map<Counter, String> COUNTS =
      Map.of(
          Counter.EVALUATIONS, "evaluations",
          Counter.FAILED_EVALUATIONS, "failed_evaluations",
          Counter.ROWS, "rows",
          Counter.TASKS, "tasks",
          Counter.WEIGHT_BYTES_SENT, "sent_bytes",
          Counter.REFRESHES, "refreshes",
          Counter.REFRESH_BYTES, "refresh_bytes");

  /** The counters of times. */
  static final Map<Counter, String> TIMES =
      Map.of(
          Counter.PREPARE, "prepare_seconds",
          Counter.SEND, "send_seconds",
          Counter.JOB, "job_seconds",
          Counter.REFRESH, "refresh_seconds",
          Counter.READ, "read_seconds",
          Counter.FORWARD, "forward_seconds",
          Counter.COLLECT, "collect_seconds",
          Counter.PROCESS, "process_seconds");

  private ApplicationMetrics() {}

  /** Registers the metrics of an application, unless they are. */
  public static void register(EvaluationBoard board) {
    if (!board.isFirst(ApplicationMetrics.class)) {
      return;
    }
    try {
      NamedSource.register(of(board));
    } catch (Exception | LinkageError e) { // Spark throws checked exceptions undeclared
      log.info("Spark's metrics have none of the application's evaluations: {}", e.toString());
      log.debug("why there are no metrics", e);
    }
  }

  static MetricRegistry of(EvaluationBoard board) {
    MetricRegistry registry = new MetricRegistry();
    COUNTS.forEach(
        (counter, name) ->
            registry.register(name, (Gauge<Long>) () -> board.counters().get(counter)));
    TIMES.forEach(
        (counter, name) ->
            registry.register(name, (Gauge<Double>) () -> seconds(board.counters().get(counter))));
    registry.register("in_flight", (Gauge<Integer>) board::passesInFlight);
    registry.register("staleness_seconds", (Gauge<Double>) () -> board.stalenessMillis() / 1e3);
    registry.register("resident_bytes", (Gauge<Long>) board::residentBytes);
    registry.register("stored_bytes", (Gauge<Long>) board::storedBytes);
    return registry;
  }

  private static double seconds(long nanos) {
    return nanos / (double) TimeUnit.SECONDS.toNanos(1);
  }
}
