package io.ostinato.training;

import io.ostinato.schedule.EpochSize;
import io.ostinato.schedule.Interval;
import io.ostinato.schedule.IntervalType;
import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.TrainingLength;
import io.ostinato.schedule.UpdateCounter;
import java.util.Collections;
import java.util.Optional;

/** Whether two schedules are due at one moment of a training. */
interface Meetings {
  /** The first moment at which both are due, in words that follow; empty if there is none. */
  Optional<String> of(Schedule one, Schedule other);

  /** Nothing is known of the training: schedules with an interval in common meet. */
  static Meetings unknown() {
    return (one, other) -> haveIntervalInCommon(one, other) ? Optional.of("") : Optional.empty();
  }

  /**
   * All that is known of the training.
   *
   * @param start its beginning
   */
  static Meetings of(UpdateCounter start) {
    return (one, other) ->
        CommonMoment.of(one, other, start)
            .map(" at %s"::formatted)
            .or(() -> unknown().of(one, other));
  }

  /**
   * The meetings that come whatever the number of rows to train on: of intervals in common, and of
   * those that are counted in what the training's length tells.
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

  /** Epochs stand for updates here, which are as good to find a common multiple. */
  private static Optional<String> atEpoch(Schedule one, Schedule other, TrainingLength length) {
    if (length.unit() != IntervalType.EPOCH) {
      return Optional.empty();
    }
    return CommonMoment.of(
            epochsAsUpdates(one), epochsAsUpdates(other), endlessEpoch(length.count(), 1))
        .map(moment -> " at epoch " + moment.update());
  }

  /** Every update has as many samples where those that don't fill one are dropped. */
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
            : length.count(); // an epoch has one at least
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

  /** A training within one epoch, so that no update is the last of one. */
  private static UpdateCounter endlessEpoch(long updates, int effectiveBatchSize) {
    long most = Long.MAX_VALUE / effectiveBatchSize;
    return UpdateCounter.of(
        TrainingLength.updates(Math.min(updates, most - 1)),
        EpochSize.of(most, effectiveBatchSize));
  }
}
