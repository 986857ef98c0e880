package io.ostinato.evaluation;

import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the progress of running evaluations on a thread of its own, which exists only while there
 * are any. Thread-safe.
 */
public final class SilenceTimer {
  /** The silence after which it is reported by default. */
  public static final Duration DEFAULT_SILENCE = Duration.ofMinutes(5);

  private static final Logger log = LoggerFactory.getLogger(SilenceTimer.class);

  /** The number of looks during the time after which a silence is reported. */
  private static final int LOOKS = 10;

  private final Duration first;
  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(1, SilenceTimer::thread);

  /** Reports a silence of this duration, and then each time it has doubled. */
  public SilenceTimer(Duration first) {
    this.first = first;
    timer.setRemoveOnCancelPolicy(true);
    timer.setKeepAliveTime(1, TimeUnit.SECONDS);
    timer.allowCoreThreadTimeOut(true);
  }

  /** An evaluation that is watched until this is closed. */
  public interface Watched extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Watches an evaluation.
   *
   * @param done supplies a number that changes with progress
   * @param report is passed how long there has been no progress
   */
  public Watched watch(LongSupplier done, Consumer<Duration> report) {
    SilenceReports reports = new SilenceReports(first, System.nanoTime());
    long pause = Math.max(1, first.toNanos() / LOOKS);
    ScheduledFuture<?> looks =
        timer.scheduleWithFixedDelay(
            () -> look(reports, done, report), pause, pause, TimeUnit.NANOSECONDS);
    return () -> looks.cancel(false);
  }

  private static void look(SilenceReports reports, LongSupplier done, Consumer<Duration> report) {
    try {
      long now = System.nanoTime();
      if (reports.isDue(done.getAsLong(), now)) {
        report.accept(reports.silence(now));
      }
    } catch (RuntimeException e) {
      log.warn("the progress of an evaluation can't be watched", e);
    }
  }

  private static Thread thread(Runnable run) {
    Thread thread = new Thread(run, "ostinato-silence");
    thread.setDaemon(true);
    return thread;
  }
}
