package io.ostinato.progress;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** A bar on the last line of a terminal, written at most ten times a second. */
final class ConsoleProgress implements Progress, StatusLine.Bar {
  private static final Duration PAUSE = Duration.ofMillis(100);

  private final BarText text;
  private final long total;
  private final StatusLine line;
  private final Clock clock;
  private final Instant began;
  private Instant nextShow;
  private volatile BarText.State state = new BarText.State(0, "", Duration.ZERO);

  ConsoleProgress(BarText text, long total, StatusLine line, Clock clock) {
    this.text = text;
    this.total = total;
    this.line = line;
    this.clock = clock;
    this.began = clock.instant();
    this.nextShow = began;
  }

  @Override
  public void update(long done, String message) {
    Instant now = clock.instant();
    if (now.isBefore(nextShow) && done != total) {
      return;
    }
    nextShow = now.plus(PAUSE);
    state = new BarText.State(done, message, Duration.between(began, now));
    line.update(this);
  }

  @Override
  public void close() {
    line.end(this);
  }

  @Override
  public String unit() {
    return text.unit();
  }

  @Override
  public String line(int columns) {
    return text.line(state, columns);
  }
}
