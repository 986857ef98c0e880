package io.ostinato.progress;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** A bar, the share done, the rate and the time that is left; at most ten times a second. */
final class ConsoleProgress implements Progress {
  private static final Duration PAUSE = Duration.ofMillis(100);
  private static final int WIDTH = 24;

  private final String label;
  private final long total;
  private final String unit;
  private final Terminal terminal;
  private final Clock clock;
  private final Instant began;
  private Instant nextShow;

  ConsoleProgress(String label, long total, String unit, Terminal terminal, Clock clock) {
    this.label = label;
    this.total = total;
    this.unit = unit;
    this.terminal = terminal;
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
    terminal.rewrite(line(done, message, Duration.between(began, now)));
  }

  @Override
  public void close() {
    terminal.clear();
  }

  private String line(long done, String message, Duration passed) {
    String tail = message.isEmpty() ? "" : "  " + message;
    if (total <= 0) {
      return text("%s  %,d %s  %s%s", label, done, unit, time(passed), tail);
    }
    double share = Math.min(1.0, (double) done / total);
    int filled = (int) Math.round(share * WIDTH);
    String bar = "#".repeat(filled) + "-".repeat(WIDTH - filled);
    String left = left(share, passed);
    return text(
        "%s [%s] %3.0f%% %,d/%,d %s  %s%s", label, bar, 100 * share, done, total, unit, left, tail);
  }

  private static String left(double share, Duration passed) {
    if (share <= 0) {
      return "--:--";
    }
    return time(Duration.ofMillis((long) (passed.toMillis() * (1 - share) / share))) + " left";
  }

  private static String time(Duration duration) {
    long seconds = duration.toSeconds();
    return seconds < 3600
        ? text("%d:%02d", seconds / 60, seconds % 60)
        : text("%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
