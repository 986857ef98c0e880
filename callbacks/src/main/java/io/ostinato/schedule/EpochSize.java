package io.ostinato.schedule;

import java.io.Serializable;

/**
 * How an epoch is cut into updates.
 *
 * @param updates of one epoch, at least 1
 * @param effectiveBatchSize samples of one update, at least 1
 * @param samples of one epoch: {@code updates * effectiveBatchSize}, or fewer where the last update
 *     of an epoch takes what is left
 */
public record EpochSize(long updates, int effectiveBatchSize, long samples)
    implements Serializable {

  public EpochSize {
    if (updates < 1 || effectiveBatchSize < 1) {
      throw new IllegalArgumentException(
          "an epoch needs at least one update and an update at least one sample; given: %s updates"
                  .formatted(updates)
              + " of %s samples".formatted(effectiveBatchSize));
    }
    long most = Math.multiplyExact(updates, effectiveBatchSize);
    if (samples > most || samples <= most - effectiveBatchSize) {
      throw new IllegalArgumentException(
          "%s updates of %s samples can't make an epoch of %s samples"
              .formatted(updates, effectiveBatchSize, samples));
    }
  }

  /** Epochs of full updates. */
  public static EpochSize of(long updates, int effectiveBatchSize) {
    return new EpochSize(
        updates, effectiveBatchSize, Math.multiplyExact(updates, effectiveBatchSize));
  }

  /** The rows that don't fill an update are left out. */
  public static EpochSize droppingLast(long rows, int effectiveBatchSize) {
    return of(rows / Math.max(1, effectiveBatchSize), effectiveBatchSize);
  }

  /** The last update of an epoch takes the rows that are left. */
  public static EpochSize keepingLast(long rows, int effectiveBatchSize) {
    long updates = -Math.floorDiv(-rows, Math.max(1, effectiveBatchSize));
    return new EpochSize(updates, effectiveBatchSize, rows);
  }

  /** How far training is after so many updates from the beginning. */
  public TrainingIteration iterationAt(long update) {
    return new TrainingIteration(Math.toIntExact(update / updates), update, samplesAfter(update));
  }

  /** The samples of one update, counted from 1. */
  public long samplesOf(long update) {
    return samplesAfter(update) - samplesAfter(update - 1);
  }

  /** The first update, counted from 1, with which so many samples are reached; 0 for none. */
  public long updateReaching(long sample) {
    long epochs = sample / samples;
    long rest = -Math.floorDiv(-(sample % samples), effectiveBatchSize);
    return Math.addExact(Math.multiplyExact(epochs, updates), rest);
  }

  private long samplesAfter(long update) {
    return Math.addExact(
        Math.multiplyExact(update / updates, samples), update % updates * effectiveBatchSize);
  }
}
