package io.ostinato.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SilenceReportsTest {
  private final SilenceReports reports = new SilenceReports(Duration.ofNanos(10), 100);

  @Test
  void silenceIsReportedAfterItsTimeAndThenEachTimeItHasDoubled() {
    StringBuilder reported = new StringBuilder();
    for (int now = 100; now <= 190; now++) {
      if (reports.isDue(0, now)) {
        reported.append(reports.silence(now).toNanos()).append(' ');
      }
    }
    assertThat(reported).hasToString("10 20 40 80 ");
  }

  @Test
  void progressEndsTheSilence() {
    assertThat(reports.isDue(0, 110)).isTrue();
    assertThat(reports.isDue(3, 119)).isFalse();
    assertThat(reports.isDue(3, 128)).isFalse();
    assertThat(reports.isDue(3, 129)).isTrue();
    assertThat(reports.silence(129)).isEqualTo(Duration.ofNanos(10));
    assertThat(reports.isDue(2, 130)).as("any change is progress").isFalse();
  }
}
