package io.ostinato.spark.engine;

import io.ostinato.spark.resident.TaskWatchdog;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.spark.api.java.JavaSparkContext;
import org.jspecify.annotations.Nullable;

/**
 * Puts the jobs of this thread into a group, and into a pool if the scheduler is fair; closing it
 * restores the previous group and pool. Their tasks are interrupted if a job is cancelled or fails.
 */
final class JobGroup implements AutoCloseable {
  /** The pool of the jobs, unless the thread has one. */
  static final String POOL = "ostinato";

  private static final String POOL_KEY = "spark.scheduler.pool";

  private final JavaSparkContext context;
  private final String id = "ostinato-" + UUID.randomUUID();
  private final Map<String, @Nullable String> before = new LinkedHashMap<>();

  /**
   * Begins a group.
   *
   * @param patience the {@link TaskWatchdog#patience} with the tasks; empty to wait for them
   */
  JobGroup(JavaSparkContext context, String name, String description, Optional<String> patience) {
    this.context = context;
    for (String key :
        new String[] {
          "spark.jobGroup.id",
          "spark.job.description",
          "spark.job.interruptOnCancel",
          POOL_KEY,
          InternalRunningTasks.JOBS,
          TaskWatchdog.GRACE
        }) {
      before.put(key, context.getLocalProperty(key));
    }
    context.setJobGroup(name, description, true);
    context.setLocalProperty(InternalRunningTasks.JOBS, id);
    context.setLocalProperty(TaskWatchdog.GRACE, patience.orElse(null));
    context.addJobTag(id);
    if (isFair() && context.getLocalProperty(POOL_KEY) == null) {
      context.setLocalProperty(POOL_KEY, POOL);
    }
  }

  private boolean isFair() {
    return context
        .getConf()
        .get("spark.scheduler.mode", "FIFO")
        .toUpperCase(Locale.ROOT)
        .equals("FAIR");
  }

  /** Identifies these jobs among those of the same name. */
  String id() {
    return id;
  }

  /**
   * Runs jobs and waits for them. If this thread is interrupted, Spark only stops waiting; then
   * they are cancelled before the exception is thrown.
   */
  <R> R await(Supplier<R> jobs) {
    try {
      return jobs.get();
    } catch (Exception | Error e) { // Spark throws checked exceptions that it doesn't declare
      if (e instanceof InterruptedException || Thread.currentThread().isInterrupted()) {
        cancel();
      }
      throw e;
    }
  }

  /** Cancels the jobs that are running. Can be called by any thread. */
  void cancel() {
    if (!context.sc().isStopped()) {
      context.cancelJobsWithTag(id);
    }
  }

  /** Cancels the jobs, and waits for tasks that keep running, up to a maximum time. */
  void end(Duration most) {
    if (!context.sc().isStopped()) {
      cancel();
      new Stragglers(context, id).await(most);
    }
  }

  @Override
  public void close() {
    context.removeJobTag(id);
    before.forEach(context::setLocalProperty);
  }
}
