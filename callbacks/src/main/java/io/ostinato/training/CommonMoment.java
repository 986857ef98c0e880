package io.ostinato.training;

import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.schedule.UpdateCounter;
import java.util.Optional;
import java.util.OptionalLong;

/** Finds when two schedules are due together. */
final class CommonMoment {
  private CommonMoment() {}

  /**
   * The first moment of a training at which both are due, if there is one. Steps through the
   * moments of the schedule that is initially due less often, at most to the end of the common
   * period of both intervals.
   *
   * @param start the beginning of the training
   */
  static Optional<TrainingIteration> of(Schedule one, Schedule other, UpdateCounter start) {
    boolean isOneRarer = gap(one, start) >= gap(other, start);
    Schedule rare = isOneRarer ? one : other;
    Schedule frequent = isOneRarer ? other : one;
    UpdateCounter at = start;
    while (true) {
      long gap = gap(rare, at);
      if (gap > at.remainingUpdates()) {
        return Optional.empty();
      }
      at =
          new UpdateCounter(
              at.start(),
              at.end(),
              at.epochSize().iterationAt(at.current().update() + gap),
              at.epochSize());
      if (frequent.dueAt(at).isPresent()) {
        return Optional.of(at.current());
      }
    }
  }

  private static long gap(Schedule schedule, UpdateCounter at) {
    OptionalLong gap = schedule.updatesTillNextInvocation(at);
    return gap.orElse(Long.MAX_VALUE);
  }
}
