package io.ostinato.report;

import io.ostinato.storage.RunFiles;
import io.ostinato.storage.StorageException;
import io.ostinato.tracking.MetricProperties;
import io.ostinato.tracking.RunStatus;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps {@code report.html} in a run's folder up to date: soon after something has changed, on a
 * thread of its own, and for the last time when the run has ended. Writing it takes a small share
 * of the time only. It never fails: the first failure is logged as a warning. Thread-safe.
 */
public final class RunReport implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RunReport.class);

  /** The shortest time from one page to the next. */
  static final Duration SHORTEST_PAUSE = Duration.ofSeconds(10);

  /** How long the end of a run waits for a page that is being written. */
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

  /** The pause between two pages, as a multiple of the time that the first of them took. */
  private static final int PAUSE_PER_WRITE = 20;

  private final @Nullable ReportWriter writer;
  private final Clock clock;
  private final Supplier<ScheduledExecutorService> threads;
  private @Nullable ScheduledExecutorService thread;
  private boolean isPlanned;
  private Duration pause = SHORTEST_PAUSE;
  private boolean hasFailed;

  RunReport(
      @Nullable ReportWriter writer, Clock clock, Supplier<ScheduledExecutorService> threads) {
    this.writer = writer;
    this.clock = clock;
    this.threads = threads;
  }

  /** Writes nothing. */
  public static RunReport none() {
    return new RunReport(null, Clock.systemUTC(), RunReport::newThread);
  }

  /**
   * Creates the report of a run, of which nothing is written yet.
   *
   * @param checkpoints the folder of its checkpoints
   * @param properties the directions of its metrics
   */
  public static RunReport of(
      RunFiles files, RunFiles checkpoints, MetricProperties properties, Clock clock) {
    return new RunReport(
        new ReportWriter(files, checkpoints, properties, clock), clock, RunReport::newThread);
  }

  private static ScheduledExecutorService newThread() {
    ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(1, RunReport::daemon);
    thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    return thread;
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "ostinato-report");
    thread.setDaemon(true);
    return thread;
  }

  /**
   * Called when a run starts.
   *
   * @param facts what is known of it, asked for before this returns
   */
  public void start(Supplier<RunFacts> facts) {
    start(facts, ReportWriter::start);
  }

  /** Like {@link #start}, for a run that is resumed. */
  public void resume(Supplier<RunFacts> facts) {
    start(facts, ReportWriter::resume);
  }

  /**
   * Like {@link #start}, for an evaluation that is added to a run, whose start and end stay as they
   * are. If there is no such run, it is a run of its own.
   */
  public void add(Supplier<RunFacts> facts) {
    start(facts, ReportWriter::add);
  }

  private synchronized void start(
      Supplier<RunFacts> facts, BiConsumer<ReportWriter, RunFacts> step) {
    if (writer != null) {
      attempt(
          writing -> {
            RunFacts known = facts.get();
            ScheduledExecutorService own = threads.get();
            thread = own;
            own.execute(() -> attempt(begun -> step.accept(begun, known)));
          });
    }
  }

  /** Called when the run has new numbers. */
  public synchronized void changed() {
    if (!isPlanned && thread != null) {
      isPlanned = true;
      thread.schedule(this::update, pause.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  /**
   * Called when the run has ended, after all its other files were written. Writes the last page,
   * also if the calling thread is interrupted, and does nothing if the run has not started.
   *
   * @param reason what stopped it, in words
   */
  public void end(RunStatus status, String reason) {
    synchronized (this) {
      if (thread != null) {
        thread.execute(() -> attempt(writing -> writing.end(status, reason)));
      }
    }
    close();
  }

  /** Stops writing, after what is being written now. */
  @Override
  public void close() {
    ScheduledExecutorService ending;
    synchronized (this) {
      ending = thread;
      thread = null;
      isPlanned = false;
    }
    if (ending != null) {
      ending.shutdown();
      await(ending);
    }
  }

  /** Waits also if this thread is interrupted, since a run that is stopped by that has an end. */
  private static void await(ScheduledExecutorService ending) {
    boolean isInterrupted = Thread.interrupted();
    try {
      if (!ending.awaitTermination(LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
        log.warn("{} has been written for {}, and is given up", ReportPage.NAME, LONGEST_WAIT);
      }
    } catch (InterruptedException e) {
      isInterrupted = true;
    }
    if (isInterrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void update() {
    long start = clock.millis();
    synchronized (this) {
      isPlanned = false;
    }
    attempt(ReportWriter::update);
    Duration took = Duration.ofMillis(Math.max(0, clock.millis() - start));
    Duration next = took.multipliedBy(PAUSE_PER_WRITE);
    synchronized (this) {
      pause = next.compareTo(SHORTEST_PAUSE) > 0 ? next : SHORTEST_PAUSE;
    }
  }

  private interface Step {
    void run(ReportWriter writer);
  }

  private void attempt(Step step) {
    ReportWriter writing = writer;
    if (writing == null) {
      return;
    }
    try {
      step.run(writing);
    } catch (RuntimeException | Error e) { // such as too little memory for a long run
      warn(e);
    }
  }

  private synchronized void warn(Throwable e) {
    if (hasFailed) {
      log.debug("can't write the report again", e);
      return;
    }
    hasFailed = true;
    log.warn(
        "can't write {} or {}: {}; the run goes on, and the command 'report' makes it later",
        ReportPage.NAME,
        RunFacts.NAME,
        e instanceof StorageException ? e.getMessage() : e.toString());
  }
}
