package io.ostinato.schedule;

import static io.ostinato.schedule.Schedule.everyNEpochs;
import static io.ostinato.schedule.Schedule.everyNSamples;
import static io.ostinato.schedule.Schedule.everyNUpdates;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ScheduleTest {

  @Test
  void epochIntervalFiresAtTheEndOfEveryNthEpoch() {
    assertThat(epochsWhere(everyNEpochs(2), 4)).containsExactly(2, 4);
  }

  @Test
  void updateIntervalFiresAtMultiples() {
    UpdateCounter counter = UpdateCounter.of(TrainingLength.updates(20), 100, 4);
    assertThat(updatesWhere(everyNUpdates(10), counter)).containsExactly(10L, 20L);
  }

  @Test
  void sampleIntervalFiresOncePerCrossing() {
    UpdateCounter hundreds = UpdateCounter.of(TrainingLength.samples(2000), 1000, 100);
    assertThat(updatesWhere(everyNSamples(1000), hundreds)).containsExactly(10L, 20L);
    UpdateCounter large = UpdateCounter.of(TrainingLength.updates(3), 1000, 64);
    assertThat(updatesWhere(everyNSamples(10), large))
        .as("six crossings in an update, one invocation")
        .containsExactly(1L, 2L, 3L);
  }

  @Test
  void nothingIsDueBeforeTheFirstUpdate() {
    UpdateCounter start = UpdateCounter.of(TrainingLength.epochs(1), 1, 1);
    assertThat(everyNEpochs(1).and(everyNUpdates(1)).and(everyNSamples(1)).dueAt(start)).isEmpty();
  }

  @Test
  void theFirstDueTypeOfEpochUpdateSampleIsGiven() {
    Schedule all = everyNSamples(4).and(everyNUpdates(2)).and(everyNEpochs(1));
    UpdateCounter counter = UpdateCounter.of(TrainingLength.epochs(1), 4, 2);
    List<Optional<IntervalType>> types = new ArrayList<>();
    while (!counter.isFinished()) {
      counter = counter.advance();
      types.add(all.dueAt(counter));
    }
    assertThat(types)
        .containsExactly(
            Optional.empty(),
            Optional.of(IntervalType.UPDATE),
            Optional.empty(),
            Optional.of(IntervalType.EPOCH));
  }

  @Test
  void dueAgreesWithCountingByHandOverManyRandomRuns() {
    Random random = new Random(20261123);
    for (int run = 0; run < 500; run++) {
      Interval interval =
          new Interval(IntervalType.values()[random.nextInt(3)], 1 + random.nextInt(40));
      int batch = 1 + random.nextInt(20);
      int updatesPerEpoch = 1 + random.nextInt(12);
      long rows = (long) updatesPerEpoch * batch - random.nextInt(batch);
      UpdateCounter counter =
          UpdateCounter.of(TrainingLength.updates(120), EpochSize.keepingLast(rows, batch));
      int epochs = 0;
      long before = 0;
      while (!counter.isFinished()) {
        counter = counter.advance();
        long update = counter.current().update();
        epochs += update % updatesPerEpoch == 0 ? 1 : 0;
        assertThat(interval.isDueAt(counter))
            .as("%s at %s of %s", interval, counter.current(), counter)
            .isEqualTo(dueByHand(interval, counter.current(), epochs, updatesPerEpoch, before));
        before = counter.current().sample();
      }
    }
  }

  @Test
  void updatesTillNextInvocationLeadToTheNextDueUpdate() {
    Random random = new Random(7);
    for (int run = 0; run < 300; run++) {
      Schedule schedule =
          everyNEpochs(1 + random.nextInt(3))
              .and(everyNUpdates(1 + random.nextInt(30)))
              .and(everyNSamples(1 + random.nextInt(100)));
      int batch = 1 + random.nextInt(16);
      long rows = (1 + random.nextInt(10)) * (long) batch - random.nextInt(batch);
      UpdateCounter from =
          UpdateCounter.of(TrainingLength.updates(200), EpochSize.keepingLast(rows, batch));
      for (int i = random.nextInt(50); i > 0; i--) {
        from = from.advance();
      }
      long updates = 0;
      UpdateCounter next = from;
      do {
        next = next.advance();
        updates++;
      } while (schedule.dueAt(next).isEmpty());
      assertThat(schedule.updatesTillNextInvocation(from))
          .as("%s from %s", schedule, from)
          .isEqualTo(OptionalLong.of(updates));
    }
  }

  @Test
  void anIntervalThatIsFartherAwayThanCanBeCountedHidesNoNearerOne() {
    long huge = Long.MAX_VALUE;
    UpdateCounter counter = UpdateCounter.of(TrainingLength.epochs(1), 22, 64).advance();
    assertThat(everyNEpochs(huge).updatesTillNextInvocation(counter)).hasValue(huge);
    assertThat(everyNEpochs(huge / 22).updatesTillNextInvocation(counter))
        .hasValue(huge / 22 * 22 - 1);
    assertThat(everyNUpdates(huge).updatesTillNextInvocation(counter)).hasValue(huge - 1);
    assertThat(everyNSamples(huge).updatesTillNextInvocation(counter)).hasValue(huge / 64);
    assertThat(everyNEpochs(huge).and(everyNUpdates(5)).updatesTillNextInvocation(counter))
        .hasValue(4);
    EpochSize size = EpochSize.of(2, Integer.MAX_VALUE);
    TrainingIteration late = size.iterationAt(2L * Integer.MAX_VALUE);
    UpdateCounter atTheEnd = new UpdateCounter(late, late, late, size);
    assertThat(everyNSamples(late.sample()).updatesTillNextInvocation(atTheEnd)).hasValue(huge);
  }

  @Test
  void updatesPerIntervalRefusesMoreThanCanBeCountedSayingTheMost() {
    UpdateCounter counter = UpdateCounter.of(TrainingLength.epochs(1), 22, 64);
    assertThatThrownBy(() -> everyNEpochs(Long.MAX_VALUE).updatesPerInterval(counter))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "every_n_epochs=9223372036854775807 has too many updates to count: the maximum is"
                + " 419244183493398900 epochs of 22 updates");
    assertThat(everyNEpochs(419244183493398900L).updatesPerInterval(counter))
        .isEqualTo(9223372036854775800L);
    assertThat(everyNUpdates(Long.MAX_VALUE).updatesPerInterval(counter)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void updatesPerIntervalIsDefinedForEachUnit() {
    UpdateCounter counter = UpdateCounter.of(TrainingLength.epochs(1), 22, 64);
    assertThat(everyNEpochs(3).updatesPerInterval(counter)).isEqualTo(66);
    assertThat(everyNUpdates(10).updatesPerInterval(counter)).isEqualTo(10);
    assertThat(everyNSamples(640).updatesPerInterval(counter)).isEqualTo(10);
  }

  @Test
  void updatesPerIntervalRefusesARemainderNamingBothNumbers() {
    UpdateCounter counter = UpdateCounter.of(TrainingLength.epochs(1), 22, 64);
    assertThatThrownBy(() -> everyNSamples(1000).updatesPerInterval(counter))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("every_n_samples=1000")
        .hasMessageContaining("effective batch size 64");
    UpdateCounter uneven =
        UpdateCounter.of(TrainingLength.epochs(1), EpochSize.keepingLast(100, 64));
    assertThatThrownBy(() -> everyNSamples(640).updatesPerInterval(uneven))
        .hasMessageContaining(
            "an epoch of 100 samples is not a multiple of the effective batch size 64");
  }

  @Test
  void updatesPerIntervalRefusesSeveralIntervalsSayingWhy() {
    UpdateCounter counter = UpdateCounter.of(TrainingLength.epochs(1), 22, 64);
    assertThatThrownBy(() -> everyNEpochs(1).and(everyNUpdates(5)).updatesPerInterval(counter))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "updates per interval are defined only for a single interval; this schedule has 2:"
                + " every_n_epochs=1,every_n_updates=5");
  }

  @Test
  void neverIsNeverDue() {
    UpdateCounter counter = UpdateCounter.of(TrainingLength.epochs(2), 2, 2);
    assertThat(updatesWhere(Schedule.never(), counter)).isEmpty();
    assertThat(Schedule.never().updatesTillNextInvocation(counter)).isEmpty();
    assertThat(Schedule.never().intervalString()).isEqualTo("never");
  }

  @Test
  void intervalsAreWrittenInBothForms() {
    Schedule all = everyNSamples(1000).and(everyNEpochs(1)).and(everyNUpdates(10));
    assertThat(all.intervalString()).isEqualTo("E1_U10_S1000");
    assertThat(all.intervalStringVerbose())
        .isEqualTo("every_n_epochs=1,every_n_updates=10,every_n_samples=1000");
    assertThat(everyNEpochs(1).intervalStringVerbose()).isEqualTo("every_n_epochs=1");
  }

  @Test
  void zeroAndNegativeIntervalsAreRefused() {
    assertThatThrownBy(() -> everyNEpochs(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("every_n_epochs=0 must be at least 1; omit it for never");
    assertThatThrownBy(() -> everyNUpdates(-3))
        .hasMessageContaining("every_n_updates=-3 must be at least 1");
    assertThatThrownBy(() -> everyNSamples(Long.MIN_VALUE))
        .hasMessageContaining("every_n_samples=-9223372036854775808 must be at least 1");
  }

  private static boolean dueByHand(
      Interval interval, TrainingIteration at, long epochs, int updatesPerEpoch, long before) {
    long n = interval.every();
    long update = at.update();
    return switch (interval.type()) {
      case EPOCH -> update % updatesPerEpoch == 0 && epochs % n == 0;
      case UPDATE -> update % n == 0;
      case SAMPLE -> {
        boolean crossed = false;
        for (long s = before + 1; s <= at.sample(); s++) {
          crossed |= s % n == 0;
        }
        yield crossed;
      }
      case EVAL -> throw new IllegalStateException();
    };
  }

  private static List<Integer> epochsWhere(Schedule schedule, int epochs) {
    List<Integer> due = new ArrayList<>();
    UpdateCounter counter = UpdateCounter.of(TrainingLength.epochs(epochs), 3, 2);
    while (!counter.isFinished()) {
      counter = counter.advance();
      if (schedule.dueAt(counter).isPresent()) {
        due.add(counter.current().epoch());
      }
    }
    return due;
  }

  private static List<Long> updatesWhere(Schedule schedule, UpdateCounter from) {
    List<Long> due = new ArrayList<>();
    UpdateCounter counter = from;
    while (!counter.isFinished()) {
      counter = counter.advance();
      if (schedule.dueAt(counter).isPresent()) {
        due.add(counter.current().update());
      }
    }
    return due;
  }
}
