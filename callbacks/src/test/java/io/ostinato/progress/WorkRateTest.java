package io.ostinato.progress;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class WorkRateTest {
  @Test
  void isTheMeanSoFar() {
    assertThat(WorkRate.of(25_000, Duration.ofSeconds(2), "rows")).isEqualTo("12,500 rows/s");
    assertThat(WorkRate.of(20, Duration.ofSeconds(2), "rows")).isEqualTo("10 rows/s");
    assertThat(WorkRate.of(3, Duration.ofSeconds(60), "rows")).isEqualTo("0.05 rows/s");
  }

  @Test
  void isUnknownAtFirst() {
    assertThat(WorkRate.of(0, Duration.ofSeconds(2), "rows")).isEmpty();
    assertThat(WorkRate.of(10, Duration.ZERO, "rows")).isEmpty();
  }
}
