package io.ostinato.schedule;

import java.io.Serializable;

/**
 * Where a training run is between its start and its end. Immutable: {@link #advance()} gives the
 * counter after one more update.
 *
 * @param start where this run began; not the beginning of training where it was resumed
 * @param end the last iteration
 * @param current the present iteration
 * @param updatesPerEpoch at least 1
 * @param effectiveBatchSize samples of one update, at least 1
 */
public record UpdateCounter(
    TrainingIteration start,
    TrainingIteration end,
    TrainingIteration current,
    long updatesPerEpoch,
    int effectiveBatchSize)
    implements Serializable {

  public UpdateCounter {
    if (updatesPerEpoch < 1 || effectiveBatchSize < 1) {
      throw new IllegalArgumentException(
          "an epoch needs at least one update and an update at least one sample; given: %d updates"
                  .formatted(updatesPerEpoch)
              + " of %d samples".formatted(effectiveBatchSize));
    }
  }

  /** A counter at the beginning of training. */
  public static UpdateCounter of(
      TrainingLength length, long updatesPerEpoch, int effectiveBatchSize) {
    return startingAt(TrainingIteration.START, length, updatesPerEpoch, effectiveBatchSize);
  }

  /** A counter of a training that goes on from {@code start}; the length counts from 0. */
  public static UpdateCounter startingAt(
      TrainingIteration start, TrainingLength length, long updatesPerEpoch, int batchSize) {
    if (updatesPerEpoch < 1 || batchSize < 1) {
      return new UpdateCounter(start, start, start, updatesPerEpoch, batchSize);
    }
    TrainingIteration end = length.end(updatesPerEpoch, batchSize);
    return new UpdateCounter(start, end, start, updatesPerEpoch, batchSize);
  }

  /**
   * The counter after one more update.
   *
   * @throws IllegalStateException if training is finished
   */
  public UpdateCounter advance() {
    if (isFinished()) {
      throw new IllegalStateException("training is finished at %s".formatted(end));
    }
    long update = current.update() + 1;
    int epoch = update % updatesPerEpoch == 0 ? current.epoch() + 1 : current.epoch();
    TrainingIteration next =
        new TrainingIteration(epoch, update, current.sample() + effectiveBatchSize);
    return new UpdateCounter(start, end, next, updatesPerEpoch, effectiveBatchSize);
  }

  /** Whether the present update was the last of an epoch. */
  public boolean isFullEpoch() {
    return current.update() > 0 && current.update() % updatesPerEpoch == 0;
  }

  /** How much of the present epoch is done, from 0 to below 1. */
  public double epochFraction() {
    return (double) (current.update() % updatesPerEpoch) / updatesPerEpoch;
  }

  public boolean isFinished() {
    return remainingUpdates() == 0;
  }

  public long remainingUpdates() {
    return Math.max(0, end.update() - current.update());
  }
}
