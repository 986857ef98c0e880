package io.ostinato.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.ostinato.DefaultLocale;
import org.junit.jupiter.api.Test;

class UpdateCounterTest {

  @Test
  void aRunOfTenEpochsEndsWhereItShould() {
    UpdateCounter counter = UpdateCounter.of(TrainingLength.epochs(10), 100, 32);
    assertThat(counter.end()).hasToString("E10_U1000_S32000");
    while (!counter.isFinished()) {
      counter = counter.advance();
    }
    assertThat(counter.current()).isEqualTo(counter.end());
    UpdateCounter finished = counter;
    assertThatThrownBy(finished::advance)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("training is finished at E10_U1000_S32000");
  }

  @Test
  void everyLengthEndsWithItsLastUpdate() {
    assertThat(TrainingLength.updates(250).end(EpochSize.of(100, 32))).hasToString("E2_U250_S8000");
    assertThat(TrainingLength.samples(65).end(EpochSize.of(100, 32)))
        .as("the update that reaches 65 samples")
        .hasToString("E0_U3_S96");
    assertThat(TrainingLength.epochs(0).end(EpochSize.of(100, 32)))
        .isEqualTo(TrainingIteration.START);
  }

  @Test
  void epochsAreCountedWhenTheyAreFull() {
    UpdateCounter counter = UpdateCounter.of(TrainingLength.updates(5), 4, 10);
    assertThat(counter.isFullEpoch()).isFalse();
    for (int i = 0; i < 3; i++) {
      counter = counter.advance();
    }
    assertThat(counter.current()).hasToString("E0_U3_S30");
    assertThat(counter.epochFraction()).isCloseTo(0.75, within(1e-12));
    counter = counter.advance();
    assertThat(counter.current()).hasToString("E1_U4_S40");
    assertThat(counter.isFullEpoch()).isTrue();
    assertThat(counter.epochFraction()).isZero();
    assertThat(counter.remainingUpdates()).isEqualTo(1);
  }

  @Test
  void aResumedRunGoesOnFromItsStart() {
    TrainingIteration start = TrainingIteration.parse("E1_U5_S50");
    UpdateCounter counter =
        UpdateCounter.startingAt(start, TrainingLength.epochs(2), EpochSize.of(4, 10)).advance();
    assertThat(counter.start()).isEqualTo(start);
    assertThat(counter.current()).hasToString("E1_U6_S60");
    assertThat(counter.remainingUpdates()).isEqualTo(2);
  }

  @Test
  void aRunNeverGoesOnFromAnIterationItDoesntPassThrough() {
    TrainingIteration start = TrainingIteration.parse("E1_U5_S50");
    assertThatThrownBy(
            () -> UpdateCounter.startingAt(start, TrainingLength.epochs(2), EpochSize.of(4, 16)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "a training with epochs of 4 updates and 64 samples is at E1_U5_S80 after 5 updates,"
                + " never at E1_U5_S50; resume with the original dataset and effective batch"
                + " size");
  }

  @Test
  void theLastUpdateOfAnEpochMayTakeWhatIsLeft() {
    EpochSize size = EpochSize.keepingLast(10, 4);
    assertThat(size).isEqualTo(new EpochSize(3, 4, 10));
    assertThat(EpochSize.droppingLast(10, 4)).isEqualTo(new EpochSize(2, 4, 8));
    UpdateCounter counter = UpdateCounter.of(TrainingLength.epochs(2), size);
    StringBuilder seen = new StringBuilder();
    while (!counter.isFinished()) {
      counter = counter.advance();
      seen.append(counter.current()).append('/').append(counter.samplesOfUpdate()).append(' ');
    }
    assertThat(seen)
        .hasToString("E0_U1_S4/4 E0_U2_S8/4 E1_U3_S10/2 E1_U4_S14/4 E1_U5_S18/4 E2_U6_S20/2 ");
    assertThat(TrainingLength.samples(10).end(size)).hasToString("E1_U3_S10");
    assertThat(TrainingLength.samples(11).end(size)).hasToString("E1_U4_S14");
    assertThat(TrainingLength.samples(9).end(size)).hasToString("E1_U3_S10");
    assertThatThrownBy(() -> new EpochSize(3, 4, 8))
        .hasMessage("3 updates of 4 samples can't make an epoch of 8 samples");
  }

  @Test
  void iterationsPrintAndParse() {
    TrainingIteration iteration = new TrainingIteration(1, 10, 100);
    assertThat(iteration).hasToString("E1_U10_S100");
    assertThat(TrainingIteration.parse("E1_U10_S100")).isEqualTo(iteration);
    assertThat(iteration).isGreaterThan(TrainingIteration.START);
    for (String wrong : new String[] {"", "E1", "E1_U10_S", "E-1_U1_S1", "e1_u1_s1", "E1_U1_S1 "}) {
      assertThatThrownBy(() -> TrainingIteration.parse(wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("'%s' is not an iteration; expected the form E1_U10_S100".formatted(wrong));
    }
  }

  @Test
  void iterationsAndIntervalsAreWrittenTheSameWayInEveryLanguage() {
    for (String language : new String[] {"ar-EG", "de-DE"}) {
      try (DefaultLocale other = DefaultLocale.of(language)) {
        assertThat(other).isNotNull();
        assertThat(new TrainingIteration(1, 10, 1_000_000)).hasToString("E1_U10_S1000000");
        assertThat(TrainingIteration.parse(new TrainingIteration(1, 2, 3).toString()))
            .isEqualTo(new TrainingIteration(1, 2, 3));
        assertThat(Schedule.everyNUpdates(1000)).hasToString("every_n_updates=1000");
      }
    }
  }

  @Test
  void impossibleLengthsAndCountersAreRefused() {
    assertThatThrownBy(() -> TrainingLength.epochs(-1))
        .hasMessage("a training length can't be negative; given: -1 epochs");
    assertThatThrownBy(() -> new TrainingLength(IntervalType.EVAL, 1))
        .hasMessageContaining("epochs, updates or samples; given: EVAL");
    assertThatThrownBy(() -> UpdateCounter.of(TrainingLength.epochs(1), 0, 32))
        .hasMessageContaining("given: 0 updates of 32 samples");
  }
}
