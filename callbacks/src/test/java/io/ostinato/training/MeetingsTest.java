package io.ostinato.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostinato.schedule.EpochSize;
import io.ostinato.schedule.Interval;
import io.ostinato.schedule.IntervalType;
import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.TrainingLength;
import io.ostinato.schedule.UpdateCounter;
import java.util.Collections;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which schedules meet, where the number of rows is known and where it isn't. */
class MeetingsTest {

  @Test
  void withoutRowsThoseMeetThatMeetWhateverTheirNumberIs() {
    Random random = new Random(1);
    int certain = 0;
    for (int round = 0; round < 3_000; round++) {
      int batch = 1 + random.nextInt(4);
      LastBatch lastBatch = random.nextBoolean() ? LastBatch.DROP : LastBatch.KEEP;
      TrainingLength length =
          new TrainingLength(IntervalType.values()[random.nextInt(3)], random.nextInt(30));
      Schedule one = schedule(random);
      Schedule other = schedule(random);
      boolean isCertain = Meetings.withoutRows(length, batch, lastBatch).of(one, other).isPresent();
      boolean haveOneInCommon = !Collections.disjoint(one.intervals(), other.intervals());
      boolean always =
          IntStream.range(batch, 60)
              .mapToObj(
                  rows ->
                      lastBatch == LastBatch.DROP
                          ? EpochSize.droppingLast(rows, batch)
                          : EpochSize.keepingLast(rows, batch))
              .allMatch(
                  size -> CommonMoment.of(one, other, UpdateCounter.of(length, size)).isPresent());
      if (isCertain && !haveOneInCommon) {
        assertThat(always)
            .as("%s and %s in %s of %s, %s", one, other, length, batch, lastBatch)
            .isTrue();
        certain++;
      }
      if (haveOneInCommon) {
        assertThat(isCertain).isTrue();
      }
    }
    assertThat(certain).isBetween(100, 2_900);
  }

  @Test
  void theMomentIsToldInWhatIsKnown() {
    Schedule second = Schedule.everyNEpochs(2);
    Schedule third = Schedule.everyNEpochs(3);
    Meetings sixEpochs = Meetings.withoutRows(TrainingLength.epochs(6), 32, LastBatch.DROP);
    assertThat(sixEpochs.of(second, third)).hasValue(" at epoch 6");
    assertThat(Meetings.withoutRows(TrainingLength.epochs(5), 32, LastBatch.DROP).of(second, third))
        .isEmpty();
    assertThat(sixEpochs.of(second, second)).hasValue("");
    assertThat(sixEpochs.of(second, Schedule.everyNUpdates(50))).isEmpty();
    Meetings updates = Meetings.withoutRows(TrainingLength.updates(20), 32, LastBatch.DROP);
    assertThat(updates.of(Schedule.everyNUpdates(4), Schedule.everyNSamples(96)))
        .hasValue(" at update 12");
    assertThat(updates.of(Schedule.never(), Schedule.never())).isEmpty();
    Meetings endless =
        Meetings.withoutRows(TrainingLength.epochs(Long.MAX_VALUE), 32, LastBatch.KEEP);
    assertThat(endless.of(Schedule.everyNUpdates(2), Schedule.everyNUpdates(3)))
        .hasValue(" at update 6");
    assertThat(
            Meetings.of(UpdateCounter.of(TrainingLength.epochs(2), 22, 64))
                .of(Schedule.everyNEpochs(1), Schedule.everyNUpdates(50)))
        .isEmpty();
    assertThat(
            Meetings.of(UpdateCounter.of(TrainingLength.epochs(2), 22, 64))
                .of(Schedule.everyNEpochs(1), Schedule.everyNUpdates(11)))
        .hasValue(" at E1_U22_S1408");
  }

  private static Schedule schedule(Random random) {
    return new Schedule(
        Stream.of(0, 1, 2)
            .filter(type -> random.nextInt(3) > 0)
            .map(type -> new Interval(IntervalType.values()[type], 1 + random.nextInt(9)))
            .toList());
  }
}
