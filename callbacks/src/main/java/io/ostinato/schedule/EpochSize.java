package io.ostinato.schedule;

import java.io.Serializable;

/**
 * How an epoch is divided into updates.
 *
 * @param updates number of updates per epoch, at least 1
 * @param effectiveBatchSize number of samples per update, at least 1
 * @param samples number of samples per epoch: {@code updates * effectiveBatchSize}, or fewer if the
 *     last update of an epoch is smaller
 */
public record EpochSize(long updates, int effectiveBatchSize, long samples)
    implements Serializable {

  public EpochSize {
    if (updates < 1 || effectiveBatchSize < 1) {
      throw new IllegalArgumentException(
          "an epoch needs at least one update, and an update at least one sample; given: %s updates"
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

  /** An epoch in which every update is full. */
  public static EpochSize of(long updates, int effectiveBatchSize) {
    return new EpochSize(
        updates, effectiveBatchSize, Math.multiplyExact(updates, effectiveBatchSize));
  }

  /** An epoch that leaves out the rows which don't fill an update. */
  public static EpochSize droppingLast(long rows, int effectiveBatchSize) {
    return of(rows / Math.max(1, effectiveBatchSize), effectiveBatchSize);
  }

  /** An epoch whose last update takes the remaining rows. */
  public static EpochSize keepingLast(long rows, int effectiveBatchSize) {
    long updates = -Math.floorDiv(-rows, Math.max(1, effectiveBatchSize));
    return new EpochSize(updates, effectiveBatchSize, rows);
  }

  /** The iteration after this many updates from the beginning of training. */
  public TrainingIteration iterationAt(long update) {
    return new TrainingIteration(Math.toIntExact(update / updates), update, samplesAfter(update));
  }

  /** The number of samples in an update; updates are counted from 1. */
  public long samplesOf(long update) {
    return samplesAfter(update) - samplesAfter(update - 1);
  }

  /** The first update, counted from 1, that reaches this number of samples; 0 for no samples. */
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
