package io.ostinato.jobs.train;

import io.ostinato.jobs.config.Key;
import io.ostinato.schedule.Schedule;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** When a callback runs. Several may be given; none means every epoch. */
record ScheduleKeys(
    @Key(
            value = "Runs at the end of every so many epochs.",
            optional = true,
            otherwise = "1 where none of the three is given",
            atLeast = 1)
        @Nullable Long everyNEpochs,
    @Key(value = "Runs after every so many updates.", optional = true, atLeast = 1)
        @Nullable Long everyNUpdates,
    @Key(value = "Runs after every so many samples.", optional = true, atLeast = 1)
        @Nullable Long everyNSamples) {
  ScheduleKeys {
    if (everyNEpochs == null && everyNUpdates == null && everyNSamples == null) {
      everyNEpochs = 1L;
    }
  }

  Schedule schedule() {
    return Stream.of(
            everyNEpochs == null ? null : Schedule.everyNEpochs(everyNEpochs),
            everyNUpdates == null ? null : Schedule.everyNUpdates(everyNUpdates),
            everyNSamples == null ? null : Schedule.everyNSamples(everyNSamples))
        .filter(Objects::nonNull)
        .reduce(Schedule.never(), Schedule::and);
  }
}
