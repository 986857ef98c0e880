package io.ostinato.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostinato.DefaultLocale;
import io.ostinato.schedule.EpochSize;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.schedule.TrainingLength;
import io.ostinato.schedule.UpdateCounter;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ProgressLogCallbackTest {
  private static final Instant BEGAN = Instant.parse("2026-11-24T12:00:00Z");

  @Test
  void theLineSaysWhatIsDoneAndLeft() {
    UpdateCounter counter = UpdateCounter.of(TrainingLength.epochs(10), EpochSize.of(2, 8));
    for (int update = 0; update < 5; update++) {
      counter = counter.advance();
    }
    assertThat(ProgressLogCallback.line(counter, BEGAN, BEGAN.plusSeconds(100)))
        .isEqualTo(
            "E2_U5_S40 of E10_U20_S160, 25 %; 1m40s passed, about 5m left, over at"
                + " 2026-11-24 12:06:40 UTC");
  }

  @Test
  void theLineHasTheSameDigitsInEveryLanguage() {
    UpdateCounter counter = UpdateCounter.of(TrainingLength.epochs(10), EpochSize.of(2, 8));
    try (DefaultLocale arabic = DefaultLocale.of("ar-EG")) {
      assertThat(arabic).isNotNull();
      assertThat(ProgressLogCallback.line(counter.advance(), BEGAN, BEGAN.plusSeconds(100)))
          .isEqualTo(
              "E0_U1_S8 of E10_U20_S160, 5 %; 1m40s passed, about 31m40s left, over at"
                  + " 2026-11-24 12:33:20 UTC");
    }
  }

  @Test
  void aResumedRunCountsItsOwnUpdates() {
    UpdateCounter counter =
        UpdateCounter.startingAt(
                TrainingIteration.parse("E9_U18_S144"),
                TrainingLength.epochs(10),
                EpochSize.of(2, 8))
            .advance();
    assertThat(ProgressLogCallback.line(counter, BEGAN, BEGAN.plusSeconds(10)))
        .contains("95 %; 10s passed, about 10s left");
  }
}
