package io.ostinato.spark.engine;

import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.libraries.ExecutorLoss;
import io.ostinato.libraries.StoppedSpark;
import io.ostinato.spark.resident.ProcessRegistry;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.spark.SparkContext;

/**
 * Explains failures of evaluations by what happened to Spark and its executors meanwhile, and warns
 * while no task of an evaluation runs.
 */
final class ExecutorWatch implements AutoCloseable {
  private static final long PERIOD_SECONDS = 5;

  private final SparkContext context;
  private final InternalExecutors executors;
  private final IdleWarnings warnings;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(ExecutorWatch::daemon);

  ExecutorWatch(SparkContext context, Clock clock) {
    this.context = context;
    this.executors = InternalExecutors.listen(context);
    this.warnings = new IdleWarnings(context, executors, clock);
    timer.scheduleWithFixedDelay(warnings::check, PERIOD_SECONDS, PERIOD_SECONDS, TimeUnit.SECONDS);
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "ostinato-executor-watch");
    thread.setDaemon(true);
    return thread;
  }

  /**
   * Runs evaluations that share a pass.
   *
   * @throws EvaluationException as the pass does, with the reason if executors were lost; if Spark
   *     has been stopped, whatever the pass throws
   */
  <T> T during(EvaluationTag tag, Supplier<T> pass) {
    long before = executors.losses();
    try (IdleWarnings.Pass running = warnings.started(tag)) {
      return pass.get();
    } catch (Exception e) { // Spark throws checked exceptions that it doesn't declare
      if (context.isStopped()) {
        throw stopped(tag, e);
      }
      if (e instanceof EvaluationException failure) {
        throw explained(failure, executors.after(before));
      }
      throw e instanceof RuntimeException unchecked
          ? unchecked
          : explained(Failures.asEvaluationException(tag, e), executors.after(before));
    }
  }

  /** Adds the losses of executors to a failure that Spark reports without them. */
  static EvaluationException explained(
      EvaluationException failure, List<InternalExecutors.Loss> losses) {
    if (losses.isEmpty() || !Failures.isOnlyOfSpark(failure)) {
      return failure;
    }
    InternalExecutors.Loss last = losses.get(losses.size() - 1);
    String addition =
        "; meanwhile %s, the last one executor %s: %s"
            .formatted(
                losses.size() == 1
                    ? "an executor was lost"
                    : losses.size() + " executors were lost",
                last,
                ExecutorLoss.explained(last.reason()));
    return new EvaluationException(
        failure.tag().orElse(null),
        failure.getMessage() + addition,
        failure.problem() + addition,
        failure);
  }

  private EvaluationException stopped(EvaluationTag tag, Exception e) {
    String problem = "Spark was stopped: " + whoStopped(e);
    return new EvaluationException(
        tag, "%s; %s could not be evaluated".formatted(problem, tag), problem, e);
  }

  private String whoStopped(Exception e) {
    String noted = ProcessRegistry.ofThisProcess().exhaustedMemory().what();
    String exhausted = noted.isEmpty() ? executors.exhausted() : noted;
    if (!exhausted.isEmpty()) {
      return "a task in this process ran out of memory (%s), which ends the process; increase"
              .formatted(exhausted)
          + " spark.driver.memory, or reduce the batch size or the number of threads of the master";
    }
    if (isShuttingDown()) {
      return "this process is ending, after a signal or a call of System.exit";
    }
    return Failures.causes(e)
        .flatMap(each -> StoppedSpark.stoppedAt(each).stream())
        .findFirst()
        .map("by %s; keep the session open until the evaluations are done"::formatted)
        .orElse(
            "by code that closed the session, or because its cluster manager was lost; see the log"
                + " before this error");
  }

  private static boolean isShuttingDown() {
    Thread hook = new Thread(() -> {});
    try {
      Runtime.getRuntime().addShutdownHook(hook);
      Runtime.getRuntime().removeShutdownHook(hook);
      return false;
    } catch (IllegalStateException e) {
      return true;
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
    executors.close();
  }
}
