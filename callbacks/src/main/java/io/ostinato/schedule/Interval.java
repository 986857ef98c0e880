package io.ostinato.schedule;

import java.io.Serializable;

/**
 * An interval of a number of epochs, updates or samples.
 *
 * @param type EPOCH, UPDATE or SAMPLE
 * @param every the length of the interval in that unit, at least 1
 */
public record Interval(IntervalType type, long every) implements Serializable {
  public Interval {
    if (type == IntervalType.EVAL) {
      throw new IllegalArgumentException(
          "an interval counts epochs, updates or samples; given: EVAL");
    }
    if (every < 1) {
      throw new IllegalArgumentException(
          "every_n_" + type.unit() + "=" + every + " must be at least 1; omit it for never");
    }
  }

  /**
   * Whether this interval ends with the current update. For an interval in samples, with {@code s}
   * samples after an update of {@code b} samples: whether {@code floor(s/n) > floor((s-b)/n)}, so
   * it is due at most once per update.
   */
  public boolean isDueAt(UpdateCounter counter) {
    TrainingIteration at = counter.current();
    if (at.update() == 0) {
      return false;
    }
    return switch (type) {
      case EPOCH -> counter.isFullEpoch() && at.epoch() % every == 0;
      case UPDATE -> at.update() % every == 0;
      case SAMPLE ->
          at.sample() / every > Math.floorDiv(at.sample() - counter.samplesOfUpdate(), every);
      case EVAL -> throw new IllegalStateException("rejected by the constructor");
    };
  }

  /**
   * The number of updates between two invocations.
   *
   * @throws IllegalArgumentException if an interval in samples is not a multiple of the effective
   *     batch size, or if the number of updates overflows
   */
  public long updatesPerInterval(UpdateCounter counter) {
    return switch (type) {
      case EPOCH -> {
        long most = Long.MAX_VALUE / counter.updatesPerEpoch();
        if (every > most) {
          throw new IllegalArgumentException(
              "%s has too many updates to count: the maximum is %s epochs of %s updates"
                  .formatted(verbose(), most, counter.updatesPerEpoch()));
        }
        yield every * counter.updatesPerEpoch();
      }
      case UPDATE -> every;
      case SAMPLE -> {
        checkMultiple(counter.epochSize());
        yield every / counter.effectiveBatchSize();
      }
      case EVAL -> throw new IllegalStateException("rejected by the constructor");
    };
  }

  private void checkMultiple(EpochSize size) {
    if (every % size.effectiveBatchSize() != 0) {
      throw new IllegalArgumentException(
          "every_n_samples=%s is not a multiple of the effective batch size %s, so the number of updates"
                  .formatted(every, size.effectiveBatchSize())
              + " between two invocations varies");
    }
    if (size.samples() % size.effectiveBatchSize() != 0) {
      throw new IllegalArgumentException(
          "every_n_samples=%s has no fixed number of updates: an epoch of %s samples is not a multiple"
                  .formatted(every, size.samples())
              + " of the effective batch size %s; drop the last batch, or count updates"
                  .formatted(size.effectiveBatchSize()));
    }
  }

  /**
   * The number of updates until this interval is due again: at least 1, and {@link Long#MAX_VALUE}
   * if the number overflows.
   */
  public long updatesTillNextInvocation(UpdateCounter counter) {
    TrainingIteration at = counter.current();
    return switch (type) {
      case EPOCH -> {
        long within = at.update() % counter.updatesPerEpoch();
        long epochs = every - at.epoch() % every;
        yield epochs > Long.MAX_VALUE / counter.updatesPerEpoch()
            ? Long.MAX_VALUE
            : epochs * counter.updatesPerEpoch() - within;
      }
      case UPDATE -> every - at.update() % every;
      case SAMPLE -> {
        long crossed = at.sample() / every;
        yield crossed + 1 > Long.MAX_VALUE / every
            ? Long.MAX_VALUE
            : counter.epochSize().updateReaching((crossed + 1) * every) - at.update();
      }
      case EVAL -> throw new IllegalStateException("rejected by the constructor");
    };
  }

  /** The interval as a setting, such as {@code every_n_epochs=1}. */
  public String verbose() {
    return "every_n_" + type.unit() + "=" + every;
  }

  /** The short form, such as {@code E1}. */
  @Override
  public String toString() {
    return type.symbol() + every;
  }
}
