package io.ostinato.spark.engine;

import io.ostinato.evaluation.DeadlineExceededException;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.SilenceTimer;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches one pass: cancels its jobs at the deadline, and logs that it makes no progress. Created
 * and closed by the thread that runs the pass.
 */
final class PassWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SparkEvaluationEngine.class);
  private static final long AGAIN_MILLIS = 100;

  /** After a cancellation the driver's thread returns by itself, unless it waits for no job. */
  private static final Duration DRIVER_GRACE = Duration.ofSeconds(2);

  private final EvaluationRequest request;
  private final JobGroup jobs;
  private final InternalRunningTasks tasks;
  private final ScheduledExecutorService timer;
  private final SilenceTimer.Watched silence;
  private final Thread thread = Thread.currentThread();
  private final long start = System.nanoTime();
  private volatile Job job = Job.NONE;

  // Guarded by this.
  private @Nullable ScheduledFuture<?> next;
  private @Nullable Expiry expiry;
  private boolean interrupted;
  private boolean isOver;

  /** What the pass runs now. */
  private record Job(RowsDone rows, long total, Runnable abandonment) {
    /** Before the evaluation's own job: the jobs that read the data. */
    static final Job NONE = new Job(new RowsDone(), -1, () -> {});

    String done() {
      return total < 0
          ? "the data was being prepared"
          : "%s of %s rows were done".formatted(Math.min(total, rows.sum()), total);
    }
  }

  /** The moment at which the deadline was found missed, and what was done then. */
  private record Expiry(Duration elapsed, String progress) {}

  PassWatch(
      EvaluationRequest request,
      JobGroup jobs,
      InternalRunningTasks tasks,
      SilenceTimer silences,
      ScheduledExecutorService timer) {
    this.request = request;
    this.jobs = jobs;
    this.tasks = tasks;
    this.timer = timer;
    this.silence =
        silences.watch(() -> job.rows().sum() + tasks.ended(jobs.id()), this::logSilence);
    request.policy().deadline().ifPresent(most -> schedule(most.toMillis()));
  }

  /**
   * Called when the data is prepared and the evaluation's own job begins.
   *
   * @param abandonment keeps later evaluations from what the tasks in this process use
   */
  void begins(RowsDone rows, long total, Runnable abandonment) {
    job = new Job(rows, total, abandonment);
  }

  /** The exception to throw for a failure of the pass: about the deadline, if that was missed. */
  synchronized RuntimeException failure(RuntimeException thrown) {
    if (expiry == null) {
      return thrown;
    }
    job.abandonment().run(); // also of what a task has leased since
    return DeadlineExceededException.of(
        request.tag(),
        request.policy().deadline().orElseThrow(),
        expiry.elapsed(),
        expiry.progress(),
        thrown);
  }

  @Override
  public synchronized void close() {
    isOver = true;
    silence.close();
    if (next != null) {
      next.cancel(false);
    }
    if (interrupted) {
      Thread.interrupted();
    }
    tasks.forget(jobs.id());
  }

  private synchronized void schedule(long millis) {
    next = timer.schedule(this::expire, millis, TimeUnit.MILLISECONDS);
  }

  /** Cancels what runs, again and again: a pass may begin another job before it notices. */
  private synchronized void expire() {
    if (isOver) {
      return;
    }
    Expiry expired = expiry;
    if (expired == null) {
      expired = new Expiry(elapsed(), progress());
      expiry = expired;
      cancel();
      job.abandonment().run();
    } else {
      cancel();
    }
    if (elapsed().minus(expired.elapsed()).compareTo(DRIVER_GRACE) > 0 && !thread.isInterrupted()) {
      interrupted = true;
      thread.interrupt();
    }
    schedule(AGAIN_MILLIS);
  }

  private void cancel() {
    try {
      jobs.cancel();
    } catch (RuntimeException e) {
      log.warn(
          "{}: its jobs can't be cancelled, so its thread is interrupted: {}",
          request.tag(),
          e + "");
    }
  }

  private Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - start);
  }

  private String progress() {
    Job now = job;
    return now.done() + "; " + tasks.text(jobs.id(), now.rows());
  }

  private void logSilence(Duration time) {
    log.warn("{}: no progress for {} s; {}", request.tag(), time.toSeconds(), progress());
  }
}
