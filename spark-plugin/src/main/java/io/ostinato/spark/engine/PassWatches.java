package io.ostinato.spark.engine;

import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.SilenceTimer;
import io.ostinato.spark.plugin.OstinatoSettings;
import io.ostinato.spark.status.PassStatus;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkContext;

/** Watches the passes of an engine from the driver. Thread-safe. */
final class PassWatches implements AutoCloseable {
  private final SparkContext context;
  private final InternalRunningTasks tasks = new InternalRunningTasks();
  private final SilenceTimer silences;
  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(1, PassWatches::thread);

  /** Begins to listen to Spark's events. */
  PassWatches(SparkContext context, OstinatoSettings settings) {
    this.context = context;
    this.silences = new SilenceTimer(settings.patience().silence().duration());
    timer.setRemoveOnCancelPolicy(true);
    timer.setKeepAliveTime(1, TimeUnit.SECONDS);
    timer.allowCoreThreadTimeOut(true);
    context.addSparkListener(tasks);
  }

  /** Begins to watch a pass of this thread, with the policy of this request. */
  PassWatch begin(EvaluationRequest request, JobGroup jobs, PassStatus status) {
    tasks.follow(jobs.id(), status::job);
    return new PassWatch(request, jobs, tasks, silences, timer);
  }

  @Override
  public void close() {
    context.removeSparkListener(tasks);
  }

  private static Thread thread(Runnable run) {
    Thread thread = new Thread(run, "ostinato-deadline");
    thread.setDaemon(true);
    return thread;
  }
}
