package io.ostinato.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostinato.schedule.EpochSize;
import io.ostinato.schedule.Interval;
import io.ostinato.schedule.IntervalType;
import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.schedule.TrainingLength;
import io.ostinato.schedule.UpdateCounter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CommonMomentTest {

  @Test
  void itIsTheFirstAtWhichBothAreDueInAnyTraining() {
    Random random = new Random(1);
    int together = 0;
    for (int round = 0; round < 5_000; round++) {
      int batch = 1 + random.nextInt(5);
      int rows = batch + random.nextInt(40);
      EpochSize size =
          random.nextBoolean()
              ? EpochSize.droppingLast(rows, batch)
              : EpochSize.keepingLast(rows, batch);
      UpdateCounter start = UpdateCounter.of(TrainingLength.updates(random.nextInt(60)), size);
      Schedule one = schedule(random);
      Schedule other = schedule(random);
      Optional<TrainingIteration> expected = oracle(one, other, start);
      assertThat(CommonMoment.of(one, other, start))
          .as("%s and %s of %s", one, other, start)
          .isEqualTo(expected);
      assertThat(CommonMoment.of(other, one, start)).isEqualTo(expected);
      together += expected.isPresent() ? 1 : 0;
    }
    assertThat(together).isBetween(500, 4_500);
  }

  @Test
  void aTrainingOfAnyLengthIsLookedThrough() {
    UpdateCounter start =
        UpdateCounter.of(TrainingLength.epochs(Integer.MAX_VALUE), EpochSize.of(66, 64));
    Schedule epochs = Schedule.everyNEpochs(1);
    assertThat(CommonMoment.of(epochs, Schedule.everyNUpdates(50), start))
        .hasToString("Optional[E25_U1650_S105600]");
    assertThat(CommonMoment.of(epochs, Schedule.everyNUpdates(999_999_999_999L), start)).isEmpty();
    assertThat(CommonMoment.of(epochs, Schedule.everyNSamples(10_007), start)).isPresent();
    assertThat(CommonMoment.of(epochs, Schedule.never(), start)).isEmpty();
    assertThat(CommonMoment.of(Schedule.never(), Schedule.never(), start)).isEmpty();
  }

  private static Optional<TrainingIteration> oracle(
      Schedule one, Schedule other, UpdateCounter start) {
    return Stream.iterate(start, counter -> !counter.isFinished(), UpdateCounter::advance)
        .map(UpdateCounter::advance)
        .filter(at -> one.dueAt(at).isPresent() && other.dueAt(at).isPresent())
        .map(UpdateCounter::current)
        .findFirst();
  }

  private static Schedule schedule(Random random) {
    List<Interval> intervals = new ArrayList<>();
    for (IntervalType type :
        List.of(IntervalType.EPOCH, IntervalType.UPDATE, IntervalType.SAMPLE)) {
      if (random.nextInt(3) == 0) {
        int most = type == IntervalType.EPOCH ? 4 : type == IntervalType.UPDATE ? 20 : 90;
        intervals.add(new Interval(type, 1 + random.nextInt(most)));
      }
    }
    return new Schedule(intervals);
  }
}
