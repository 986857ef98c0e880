package io.ostinato.schedule;

import java.io.Serializable;

/**
 * The position of a training run between its start and its end. Immutable: {@link #advance()}
 * returns the counter after one more update.
 *
 * @param start the iteration at which this run began; for a resumed run, the one it resumed from
 * @param end the last iteration
 * @param current the current iteration
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
   * A counter of a training that resumes from {@code start}; the length counts from iteration 0.
   *
   * @throws IllegalArgumentException if epochs of this size never pass through {@code start}
   */
  public static UpdateCounter startingAt(
      TrainingIteration start, TrainingLength length, EpochSize epochSize) {
    TrainingIteration expected = epochSize.iterationAt(start.update());
    if (!expected.equals(start)) {
      throw new IllegalArgumentException(
          "a training with epochs of %s updates and %s samples is at %s after %s updates, never at"
                  .formatted(epochSize.updates(), epochSize.samples(), expected, start.update())
              + " %s; resume with the original dataset and effective batch size".formatted(start));
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

  /** Updates per epoch, at least 1. */
  public long updatesPerEpoch() {
    return epochSize.updates();
  }

  /** Samples per update, at least 1; the last update of an epoch may have fewer. */
  public int effectiveBatchSize() {
    return epochSize.effectiveBatchSize();
  }

  /** Samples of the current update; 0 before the first. */
  public long samplesOfUpdate() {
    return current.update() == 0 ? 0 : epochSize.samplesOf(current.update());
  }

  /** Whether the current update was the last of an epoch. */
  public boolean isFullEpoch() {
    return current.update() > 0 && current.update() % updatesPerEpoch() == 0;
  }

  /** The completed fraction of the current epoch, in [0, 1). */
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
