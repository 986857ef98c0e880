package io.ostinato.jobs.watch;

import io.ostinato.process.TrappedSignals;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The system's time; signals request a stop. The first signal requests a stop after the evaluation
 * in progress; a second one has its default effect and ends the process at once.
 */
final class SignalPace implements Pace, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SignalPace.class);

  private final CountDownLatch stop = new CountDownLatch(1);
  private final Clock clock = Clock.systemUTC();
  private final long start = System.nanoTime();
  private final TrappedSignals trapped;

  /** Handles these signals, such as {@code TERM} and {@code INT}. */
  SignalPace(List<String> signals) {
    trapped = TrappedSignals.first(signals, log, this::receive);
  }

  @Override
  public Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - start);
  }

  @Override
  public Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  @Override
  public void pause(Duration duration) {
    try {
      if (stop.await(duration.toNanos(), TimeUnit.NANOSECONDS)) {
        log.debug("woken by a signal");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      stop.countDown();
    }
  }

  @Override
  public boolean stopRequested() {
    return stop.getCount() == 0;
  }

  @Override
  public void close() {
    trapped.close();
  }

  private void receive(String signal) {
    log.info("{}: stopping after the evaluation in progress", signal);
    stop.countDown();
  }
}
