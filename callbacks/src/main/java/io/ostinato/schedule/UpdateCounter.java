package io.ostinato.schedule;

import java.io.Serializable;

/**
 * Where a training run is between its start and its end. Immutable: {@link #advance()} gives the
 * counter after one more update.
 *
 * @param start where this run began; not the beginning of training where it was resumed
 * @param end the last iteration
 * @param current the present iteration
 */
public record UpdateCounter(
    TrainingIteration start, TrainingIteration end, TrainingIteration current, EpochSize epochSize)
    implements Serializable {

  /** A counter at the beginning of training, in epochs of full updates. */
  public static UpdateCounter of(
      TrainingLength length, long updatesPerEpoch, int effectiveBatchSize) {
    return of(length, EpochSize.of(updatesPerEpoch, effectiveBatchSize));
  }

  /** A counter at the beginning of training. */
  public static UpdateCounter of(TrainingLength length, EpochSize epochSize) {
    return startingAt(TrainingIteration.START, length, epochSize);
  }

  /**
   * A counter of a training that goes on from {@code start}; the length counts from 0.
   *
   * @throws IllegalArgumentException if epochs of this size never pass through {@code start}
   */
  public static UpdateCounter startingAt(
      TrainingIteration start, TrainingLength length, EpochSize epochSize) {
    TrainingIteration expected = epochSize.iterationAt(start.update());
    if (!expected.equals(start)) {
      throw new IllegalArgumentException(
          "a training in epochs of %s updates and %s samples is at %s after %s updates, never at"
                  .formatted(epochSize.updates(), epochSize.samples(), expected, start.update())
              + " %s; go on with the dataset and the effective batch size of before"
                  .formatted(start));
    }
    return new UpdateCounter(start, length.end(epochSize), start, epochSize);
  }

  /**
   * The counter after one more update.
   *
   * @throws IllegalStateException if training is finished
   */
  public UpdateCounter advance() {
    if (isFinished()) {
      throw new IllegalStateException("training is finished at %s".formatted(current));
    }
    return new UpdateCounter(start, end, epochSize.iterationAt(current.update() + 1), epochSize);
  }

  /** Updates of one epoch, at least 1. */
  public long updatesPerEpoch() {
    return epochSize.updates();
  }

  /** Samples of one update, at least 1; the last update of an epoch may have fewer. */
  public int effectiveBatchSize() {
    return epochSize.effectiveBatchSize();
  }

  /** Samples of the present update; 0 before the first. */
  public long samplesOfUpdate() {
    return current.update() == 0 ? 0 : epochSize.samplesOf(current.update());
  }

  /** Whether the present update was the last of an epoch. */
  public boolean isFullEpoch() {
    return current.update() > 0 && current.update() % updatesPerEpoch() == 0;
  }

  /** How much of the present epoch is done, from 0 to below 1. */
  public double epochFraction() {
    return (double) (current.update() % updatesPerEpoch()) / updatesPerEpoch();
  }

  public boolean isFinished() {
    return remainingUpdates() == 0;
  }

  public long remainingUpdates() {
    return Math.max(0, end.update() - current.update());
  }
}
