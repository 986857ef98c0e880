package io.ostinato.progress;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostinato.DefaultLocale;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConsoleProgressTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final HandClock clock = new HandClock();
  private final ProgressDisplay display =
      ProgressDisplay.console(
          new Terminal(new PrintStream(bytes, true, StandardCharsets.UTF_8), 100), clock);

  @Test
  void showsShareAndTimeLeft() {
    try (Progress progress = display.start("training", 1000, "updates")) {
      clock.pass(Duration.ofSeconds(30));
      progress.update(250, "E1_U250_S500");
    }
    assertThat(lines())
        .containsExactly(
            "training [######------------------]  25% 250/1,000 updates  1:30 left  E1_U250_S500");
  }

  @Test
  void showsTheSameInEveryLanguage() {
    for (String language : new String[] {"ar-EG", "de-DE"}) {
      bytes.reset();
      try (DefaultLocale other = DefaultLocale.of(language);
          Progress progress = display.start("training", 4000, "updates")) {
        assertThat(other).isNotNull();
        clock.pass(Duration.ofSeconds(30));
        progress.update(1000, "");
      }
      assertThat(lines())
          .containsExactly(
              "training [######------------------]  25% 1,000/4,000 updates  1:30 left");
    }
  }

  @Test
  void showsACountWhereTheTotalIsUnknown() {
    try (Progress progress = display.start("evaluation", ProgressDisplay.UNKNOWN, "rows")) {
      clock.pass(Duration.ofSeconds(5));
      progress.update(4096, "");
    }
    assertThat(lines()).containsExactly("evaluation  4,096 rows  0:05");
  }

  @Test
  void writesAtMostTenTimesASecondButAlwaysTheEnd() {
    try (Progress progress = display.start("training", 100, "updates")) {
      for (int done = 1; done <= 100; done++) {
        clock.pass(Duration.ofMillis(1));
        progress.update(done, "");
      }
    }
    assertThat(lines()).hasSize(2).last().asString().contains("100/100 updates");
  }

  @Test
  void clearsItsLineWhenItIsOver() {
    display.start("training", 10, "updates").close();
    assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo("\r" + " ".repeat(99) + "\r");
  }

  @Test
  void silenceWritesNothing() {
    try (Progress progress = ProgressDisplay.silent().start("training", 10, "updates")) {
      progress.update(10, "done");
    }
    assertThat(bytes.size()).isZero();
  }

  private List<String> lines() {
    return List.of(bytes.toString(StandardCharsets.UTF_8).split("\r")).stream()
        .map(String::stripTrailing)
        .filter(line -> !line.isEmpty())
        .toList();
  }

  private static final class HandClock extends Clock {
    private Instant now = Instant.EPOCH;

    void pass(Duration duration) {
      now = now.plus(duration);
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }
}
