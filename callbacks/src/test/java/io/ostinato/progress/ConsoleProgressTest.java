package io.ostinato.progress;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostinato.DefaultLocale;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConsoleProgressTest {
  private final Screen screen = new Screen(100);
  private final HandClock clock = new HandClock();
  private final StatusLine line = new StatusLine(screen.terminal());
  private final ProgressDisplay display = line.display(clock);

  @Test
  void showsShareAndTimeLeft() {
    try (Progress progress = display.start("training", 1000, "updates")) {
      clock.pass(Duration.ofSeconds(30));
      progress.update(250, "E1_U250_S500");
      assertThat(screen.seen())
          .containsExactly(
              "training [######------------------]  25% 250/1,000 updates  1:30 left"
                  + "  E1_U250_S500");
    }
  }

  @Test
  void showsTheSameInEveryLanguage() {
    for (String language : new String[] {"ar-EG", "de-DE"}) {
      try (DefaultLocale other = DefaultLocale.of(language);
          Progress progress = display.start("training", 4000, "updates")) {
        assertThat(other).isNotNull();
        clock.pass(Duration.ofSeconds(30));
        progress.update(1000, "");
        assertThat(screen.seen())
            .containsExactly(
                "training [######------------------]  25% 1,000/4,000 updates  1:30 left");
      }
    }
  }

  @Test
  void showsACountWhereTheTotalIsUnknown() {
    try (Progress progress = display.start("evaluation", ProgressDisplay.UNKNOWN, "rows")) {
      clock.pass(Duration.ofSeconds(5));
      progress.update(4096, "");
      assertThat(screen.seen()).containsExactly("evaluation  4,096 rows  0:05");
    }
  }

  @Test
  void writesAtMostTenTimesASecondButAlwaysTheEnd() {
    try (Progress progress = display.start("training", 100, "updates")) {
      for (int done = 1; done <= 100; done++) {
        clock.pass(Duration.ofMillis(1));
        progress.update(done, "");
      }
    }
    assertThat(screen.bars()).hasSize(2).last().asString().contains("100/100 updates");
  }

  @Test
  void oneHundredPercentIsTheEndOnly() {
    try (Progress progress = display.start("training", 1000, "updates")) {
      progress.update(999, "");
      assertThat(screen.seen()).first().asString().contains("[#######################-]  99%");
      progress.update(1000, "");
      assertThat(screen.seen()).first().asString().contains("[########################] 100%");
    }
  }

  @Test
  void clearsItsLineWhenItIsOver() {
    try (Progress progress = display.start("training", 10, "updates")) {
      progress.update(5, "");
      assertThat(screen.seen()).first().asString().isNotEmpty();
    }
    assertThat(screen.seen()).containsExactly("");
  }

  @Test
  void workWithinOtherWorkTakesTheLineUntilItIsOver() {
    try (Progress training = display.start("training", 10, "updates")) {
      training.update(5, "");
      try (Progress evaluation = display.start("evaluation", 10, "rows")) {
        assertThat(screen.seen()).first().asString().startsWith("training [");
        evaluation.update(1, "");
        clock.pass(Duration.ofSeconds(1));
        training.update(6, "");
        assertThat(screen.seen()).first().asString().startsWith("evaluation [");
      }
      assertThat(screen.seen()).first().asString().startsWith("training [").contains(" 6/10 ");
    }
  }

  @Test
  void evaluationsInFlightHaveALineEach() {
    PrintStream err = new AboveBars(screen.stream(), line, StandardCharsets.ISO_8859_1);
    try (Progress training = display.start("training", 10, "updates")) {
      training.update(5, "");
      Progress first = display.start("callback 'a'", 100, "rows");
      Progress second = display.start("callback 'b'", 200, "rows");
      clock.pass(Duration.ofSeconds(1));
      first.update(10, "10 rows/s, model 0123456789ab");
      second.update(20, "20 rows/s, model ba9876543210");
      assertThat(screen.seen())
          .containsExactly(
              "callback 'a' [##----------------------]  10% 10/100 rows  0:09 left"
                  + "  10 rows/s, model 0123456789ab",
              "callback 'b' [##----------------------]  10% 20/200 rows  0:09 left"
                  + "  20 rows/s, model ba9876543210");
      err.println("a line of the log");
      clock.pass(Duration.ofSeconds(1));
      first.update(20, "");
      assertThat(screen.seen()).hasSize(3).startsWith("a line of the log");
      assertThat(screen.seen().get(1)).startsWith("callback 'a' [####").contains(" 20/100 rows");
      first.close();
      assertThat(screen.seen()).hasSize(2).last().asString().startsWith("callback 'b'");
      second.close();
      assertThat(screen.seen()).hasSize(2).last().asString().startsWith("training");
    }
    assertThat(screen.seen()).containsExactly("a line of the log", "");
  }

  @Test
  void manyEvaluationsLeaveRoomOnTheTerminal() {
    List<Progress> all = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      all.add(display.start("callback " + i, 100, "rows"));
      all.get(i).update(i, "");
    }
    assertThat(screen.seen()).hasSize(5);
    assertThat(screen.seen().get(4)).startsWith("callback 8");
    screen.resize(40);
    clock.pass(Duration.ofSeconds(1));
    all.get(8).update(50, "");
    assertThat(screen.seen()).hasSize(5).allMatch(shown -> shown.length() < 40);
    all.forEach(Progress::close);
    assertThat(screen.seen()).containsExactly("");
  }

  @Test
  void whatIsPrintedStandsAboveTheBar() {
    PrintStream err = new AboveBars(screen.stream(), line, StandardCharsets.ISO_8859_1);
    err.println("before");
    try (Progress progress = display.start("training", 10, "updates")) {
      progress.update(5, "");
      err.println("one");
      err.printf("two%nthree%n");
      assertThat(screen.seen())
          .startsWith("before", "one", "two", "three")
          .hasSize(5)
          .last()
          .asString()
          .startsWith("training [");
    }
    err.println("after");
    assertThat(screen.seen()).containsExactly("before", "one", "two", "three", "after", "");
  }

  @Test
  void aLineThatIsPrintedInPartsIsNeverBrokenByTheBar() {
    PrintStream err = new AboveBars(screen.stream(), line, StandardCharsets.ISO_8859_1);
    try (Progress progress = display.start("training", 10, "updates")) {
      progress.update(5, "");
      err.print("loading");
      clock.pass(Duration.ofSeconds(1));
      progress.update(6, "");
      assertThat(screen.seen()).containsExactly("loading");
      err.println(", done");
      assertThat(screen.seen()).first().isEqualTo("loading, done");
      assertThat(screen.seen()).last().asString().contains(" 6/10 ");
    }
  }

  @Test
  void aBarFollowsTheWidthOfTheTerminal() {
    try (Progress progress = display.start("training", 10, "updates")) {
      for (int columns : new int[] {100, 40, 12, 60, 100}) {
        screen.resize(columns);
        clock.pass(Duration.ofSeconds(1));
        progress.update(5, "E1_U5_S40");
        assertThat(screen.seen()).hasSize(1);
        assertThat(screen.seen().get(0).length()).isBetween(1, columns - 1);
      }
    }
    assertThat(screen.seen()).containsExactly("");
  }

  @Test
  void silenceWritesNothing() {
    try (Progress progress = ProgressDisplay.silent().start("training", 10, "updates")) {
      progress.update(10, "done");
    }
    assertThat(screen.seen()).containsExactly("");
  }
}
