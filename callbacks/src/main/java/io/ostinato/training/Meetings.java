package io.ostinato.training;

import io.ostinato.schedule.EpochSize;
import io.ostinato.schedule.Interval;
import io.ostinato.schedule.IntervalType;
import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.TrainingLength;
import io.ostinato.schedule.UpdateCounter;
import java.util.Collections;
import java.util.Optional;

/** Finds whether two schedules are due at the same moment of a training. */
interface Meetings {
  /**
   * The first moment at which both are due, as a text to append to a message, which may be empty;
   * none if there is no such moment.
   */
  Optional<String> of(Schedule one, Schedule other);

  /** Meetings in an unknown training: schedules with an interval in common meet. */
  static Meetings unknown() {
    return (one, other) -> haveIntervalInCommon(one, other) ? Optional.of("") : Optional.empty();
  }

  /**
   * Meetings in a training that is fully known.
   *
   * @param start the beginning of the training
   */
  static Meetings of(UpdateCounter start) {
    return (one, other) ->
        CommonMoment.of(one, other, start)
            .map(" at %s"::formatted)
            .or(() -> unknown().of(one, other));
  }

  /**
   * Meetings that occur for any number of training rows: those of common intervals, and those of
   * intervals that can be counted in the unit of the training's length.
   *
   * @param effectiveBatchSize at least 1
   */
  static Meetings withoutRows(TrainingLength length, int effectiveBatchSize, LastBatch lastBatch) {
    return (one, other) ->
        unknown()
            .of(one, other)
            .or(() -> atEpoch(one, other, length))
            .or(() -> atUpdate(one, other, length, effectiveBatchSize, lastBatch));
  }

  private static boolean haveIntervalInCommon(Schedule one, Schedule other) {
    return !Collections.disjoint(one.intervals(), other.intervals());
  }

  /** Treats epochs as updates, which are equivalent for finding a common multiple. */
  private static Optional<String> atEpoch(Schedule one, Schedule other, TrainingLength length) {
    if (length.unit() != IntervalType.EPOCH) {
      return Optional.empty();
    }
    return CommonMoment.of(
            epochsAsUpdates(one), epochsAsUpdates(other), endlessEpoch(length.count(), 1))
        .map(moment -> " at epoch " + moment.update());
  }

  /** All updates have the same number of samples if incomplete ones are dropped. */
  private static Optional<String> atUpdate(
      Schedule one,
      Schedule other,
      TrainingLength length,
      int effectiveBatchSize,
      LastBatch lastBatch) {
    boolean areSamplesKnown = lastBatch == LastBatch.DROP;
    long updates =
        length.unit() == IntervalType.SAMPLE
            ? -Math.floorDiv(-length.count(), effectiveBatchSize)
            : length.count(); // an epoch has at least one
    return CommonMoment.of(
            countedInUpdates(one, areSamplesKnown),
            countedInUpdates(other, areSamplesKnown),
            endlessEpoch(updates, effectiveBatchSize))
        .map(moment -> " at update " + moment.update());
  }

  private static Schedule epochsAsUpdates(Schedule schedule) {
    return new Schedule(
        schedule.intervals().stream()
            .filter(interval -> interval.type() == IntervalType.EPOCH)
            .map(interval -> new Interval(IntervalType.UPDATE, interval.every()))
            .toList());
  }

  private static Schedule countedInUpdates(Schedule schedule, boolean areSamplesKnown) {
    return new Schedule(
        schedule.intervals().stream()
            .filter(
                interval ->
                    interval.type() == IntervalType.UPDATE
                        || areSamplesKnown && interval.type() == IntervalType.SAMPLE)
            .toList());
  }

  /** A training within a single epoch, so that no update is the last of an epoch. */
  private static UpdateCounter endlessEpoch(long updates, int effectiveBatchSize) {
    long most = Long.MAX_VALUE / effectiveBatchSize;
    return UpdateCounter.of(
        TrainingLength.updates(Math.min(updates, most - 1)),
        EpochSize.of(most, effectiveBatchSize));
  }
}
