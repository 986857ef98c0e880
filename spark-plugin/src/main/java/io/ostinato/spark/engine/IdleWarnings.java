package io.ostinato.spark.engine;

import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.libraries.ExecutorLoss;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkExecutorInfo;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warns if an evaluation waits because no task runs: after a minute, and then each time the wait
 * has doubled. Thread-safe.
 */
final class IdleWarnings {
  // Logged under the name of the public class.
  private static final Logger log = LoggerFactory.getLogger(SparkEvaluationEngine.class);

  static final Duration FIRST = Duration.ofMinutes(1);

  private final SparkContext context;
  private final InternalExecutors executors;
  private final Clock clock;
  private final Set<Pass> passes = new LinkedHashSet<>();
  private @Nullable Instant since;
  private Duration next = FIRST;

  IdleWarnings(SparkContext context, InternalExecutors executors, Clock clock) {
    this.context = context;
    this.executors = executors;
    this.clock = clock;
  }

  /** An evaluation in progress; closed when it ends. */
  final class Pass implements AutoCloseable {
    private final EvaluationTag tag;

    private Pass(EvaluationTag tag) {
      this.tag = tag;
    }

    @Override
    public void close() {
      ended(this);
    }
  }

  synchronized Pass started(EvaluationTag tag) {
    Pass pass = new Pass(tag);
    passes.add(pass);
    return pass;
  }

  private synchronized void ended(Pass pass) {
    passes.remove(pass);
  }

  /** Warns if that is due. Called regularly; an exception would end the calls. */
  void check() {
    try {
      checkNow();
    } catch (RuntimeException e) {
      log.debug("it isn't known whether tasks run", e);
    }
  }

  private synchronized void checkNow() {
    if (passes.isEmpty() || context.isStopped() || !isIdle()) {
      since = null;
      next = FIRST;
      return;
    }
    Instant now = clock.instant();
    if (since == null) {
      since = now;
    }
    Duration waited = Duration.between(since, now);
    if (waited.compareTo(next) >= 0) {
      next = next.multipliedBy(2);
      log.warn("{}", text(waited));
      while (waited.compareTo(next) >= 0) {
        next = next.multipliedBy(2);
      }
    }
  }

  /** Whether jobs wait for a task to start. */
  private boolean isIdle() {
    return context.statusTracker().getActiveJobIds().length > 0
        && Stream.of(context.statusTracker().getExecutorInfos())
            .allMatch(executor -> executor.numRunningTasks() == 0);
  }

  private String text(Duration waited) {
    int registered = executorCount();
    String why =
        registered == 0
            ? "no executor is registered"
            : "%s executors are registered, but none accepts a task: other jobs have their cores, or"
                    .formatted(registered)
                + " a task asks for more cores or GPUs than they have";
    String last =
        executors
            .last()
            .map(
                loss ->
                    "; the last one that was lost is executor %s: %s"
                        .formatted(loss, ExecutorLoss.explained(loss.reason())))
            .orElse("");
    return "%s has waited %s for a task to start: %s; requested: %s%s"
            .formatted(
                passes.iterator().next().tag,
                minutes(waited),
                why,
                requested(context.getConf()),
                last)
        + "; the cluster manager's page and Spark's log say more";
  }

  private int executorCount() {
    SparkExecutorInfo[] all = context.statusTracker().getExecutorInfos();
    return context.isLocal() ? all.length : Math.max(0, all.length - 1); // one is the driver
  }

  private static String minutes(Duration waited) {
    return waited.toMinutes() == 1 ? "1 minute" : waited.toMinutes() + " minutes";
  }

  /** The settings that determine what Spark asks of the cluster manager. */
  private static String requested(SparkConf conf) {
    return Stream.of(
            "spark.master",
            "spark.executor.instances",
            "spark.dynamicAllocation.enabled",
            "spark.dynamicAllocation.maxExecutors",
            "spark.cores.max",
            "spark.executor.cores",
            "spark.executor.memory",
            "spark.executor.memoryOverhead",
            "spark.executor.resource.gpu.amount",
            "spark.task.cpus",
            "spark.task.resource.gpu.amount")
        .filter(conf::contains)
        .map(key -> key + "=" + conf.get(key))
        .collect(Collectors.joining(", "));
  }
}
