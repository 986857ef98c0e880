package io.ostinato.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.training.tracker.Tracker;
import io.ostinato.jobs.config.Configuration;
import io.ostinato.jobs.config.Mistakes;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class LearningRateTest {
  private static final Offset<Float> ROUNDING = within(1e-6f);

  @Test
  void aCosineRisesThroughItsWarmupAndFallsOverTheRestOfTheTraining() {
    Tracker rates = rates("{kind: cosine, from: 1, to: 0.2, warmup_updates: 10}", 110);
    assertThat(rates.getNewValue(5)).isCloseTo(0.5f, ROUNDING);
    assertThat(rates.getNewValue(10)).isCloseTo(1f, ROUNDING);
    assertThat(rates.getNewValue(60)).isCloseTo(0.6f, ROUNDING);
    assertThat(rates.getNewValue(110)).isCloseTo(0.2f, ROUNDING);
    assertThat(rates.getNewValue(500)).isCloseTo(0.2f, ROUNDING);
  }

  @Test
  void aLineEndsAtItsLastRateAndStaysThere() {
    Tracker rates = rates("{kind: linear, from: 1, to: 0.5, over_updates: 50}", 1000);
    assertThat(rates.getNewValue(25)).isCloseTo(0.75f, ROUNDING);
    assertThat(rates.getNewValue(50)).isCloseTo(0.5f, ROUNDING);
    assertThat(rates.getNewValue(900)).isCloseTo(0.5f, ROUNDING);
  }

  @Test
  void stepsMultiplyAfterTheirUpdates() {
    Tracker rates = rates("{kind: steps, from: 1, at_updates: [10, 20]}", 30);
    assertThat(rates.getNewValue(9)).isEqualTo(1f);
    assertThat(rates.getNewValue(15)).isCloseTo(0.1f, ROUNDING);
    assertThat(rates.getNewValue(25)).isCloseTo(0.01f, ROUNDING);
  }

  private static Tracker rates(String yaml, int updates) {
    return Configuration.line("test", yaml, new Mistakes())
        .bind(LearningRate.class)
        .value()
        .tracker(updates);
  }
}
