package io.ostinato.schedule;

import java.io.Serializable;

/**
 * How long training goes on: a number of epochs, updates or samples.
 *
 * @param unit EPOCH, UPDATE or SAMPLE
 * @param count how many, from 0
 */
public record TrainingLength(IntervalType unit, long count) implements Serializable {
  public TrainingLength {
    if (unit == IntervalType.EVAL) {
      throw new IllegalArgumentException(
          "a training length counts epochs, updates or samples; given: EVAL");
    }
    if (count < 0) {
      throw new IllegalArgumentException(
          "a training length can't be negative; given: %d %s".formatted(count, unit.unit()));
    }
  }

  public static TrainingLength epochs(long count) {
    return new TrainingLength(IntervalType.EPOCH, count);
  }

  public static TrainingLength updates(long count) {
    return new TrainingLength(IntervalType.UPDATE, count);
  }

  /** So many samples; training ends with the update that reaches them. */
  public static TrainingLength samples(long count) {
    return new TrainingLength(IntervalType.SAMPLE, count);
  }

  /**
   * The last iteration of a training of this length that starts at {@link TrainingIteration#START}.
   *
   * @param updatesPerEpoch at least 1
   * @param effectiveBatchSize samples of one update, at least 1
   */
  public TrainingIteration end(long updatesPerEpoch, int effectiveBatchSize) {
    long updates =
        switch (unit) {
          case EPOCH -> Math.multiplyExact(count, updatesPerEpoch);
          case UPDATE -> count;
          case SAMPLE -> -Math.floorDiv(-count, effectiveBatchSize);
          case EVAL -> throw new IllegalStateException("refused by the constructor");
        };
    return new TrainingIteration(
        Math.toIntExact(updates / updatesPerEpoch),
        updates,
        Math.multiplyExact(updates, effectiveBatchSize));
  }

  @Override
  public String toString() {
    return count + " " + unit.unit();
  }
}
