package io.ostinato.evaluation;

import java.time.Duration;

/**
 * Decides when to report that an evaluation makes no progress: after a time without any, and then
 * each time the silence has doubled. Progress ends the silence. Not thread-safe.
 */
public final class SilenceReports {
  private final long firstNanos;
  private long progress;
  private long sinceNanos;
  private long nextNanos;

  /**
   * Begins with silence.
   *
   * @param first the silence after which to report it
   * @param nowNanos the time of a monotonic clock, in nanoseconds
   */
  public SilenceReports(Duration first, long nowNanos) {
    this.firstNanos = first.toNanos();
    this.sinceNanos = nowNanos;
    this.nextNanos = firstNanos;
  }

  /**
   * Looks at the progress; returns whether to report now that there is none.
   *
   * @param done any number that changes with progress, such as the number of finished rows
   */
  public boolean isDue(long done, long nowNanos) {
    if (done != progress) {
      progress = done;
      sinceNanos = nowNanos;
      nextNanos = firstNanos;
      return false;
    }
    if (nowNanos - sinceNanos < nextNanos) {
      return false;
    }
    nextNanos *= 2;
    return true;
  }

  /** How long there has been no progress. */
  public Duration silence(long nowNanos) {
    return Duration.ofNanos(nowNanos - sinceNanos);
  }
}
