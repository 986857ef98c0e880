package io.ostinato.schedule;

import java.io.Serializable;

/**
 * Every so many epochs, updates or samples.
 *
 * @param type EPOCH, UPDATE or SAMPLE
 * @param every at least 1
 */
public record Interval(IntervalType type, long every) implements Serializable {
  public Interval {
    if (type == IntervalType.EVAL) {
      throw new IllegalArgumentException(
          "an interval counts epochs, updates or samples; given: EVAL");
    }
    if (every < 1) {
      throw new IllegalArgumentException(
          "every_n_" + type.unit() + "=" + every + " must be at least 1; leave it out for never");
    }
  }

  /**
   * Whether this interval ends with the present update. In samples {@code s} after an update of
   * {@code b}: whether {@code floor(s/n) > floor((s-b)/n)}, so at most once per update.
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
      case EVAL -> throw new IllegalStateException("refused by the constructor");
    };
  }

  /**
   * How many updates lie between two invocations.
   *
   * @throws IllegalArgumentException if samples are no multiple of the effective batch size, or
   *     there are more updates than can be counted
   */
  public long updatesPerInterval(UpdateCounter counter) {
    return switch (type) {
      case EPOCH -> {
        long most = Long.MAX_VALUE / counter.updatesPerEpoch();
        if (every > most) {
          throw new IllegalArgumentException(
              "%s is more updates than can be counted: at most %s epochs of %s updates"
                  .formatted(verbose(), most, counter.updatesPerEpoch()));
        }
        yield every * counter.updatesPerEpoch();
      }
      case UPDATE -> every;
      case SAMPLE -> {
        checkMultiple(counter.epochSize());
        yield every / counter.effectiveBatchSize();
      }
      case EVAL -> throw new IllegalStateException("refused by the constructor");
    };
  }

  private void checkMultiple(EpochSize size) {
    if (every % size.effectiveBatchSize() != 0) {
      throw new IllegalArgumentException(
          "every_n_samples=%s is no multiple of the effective batch size %s, so the updates"
                  .formatted(every, size.effectiveBatchSize())
              + " between two invocations differ");
    }
    if (size.samples() % size.effectiveBatchSize() != 0) {
      throw new IllegalArgumentException(
          "every_n_samples=%s has no fixed number of updates: an epoch of %s samples is no multiple"
                  .formatted(every, size.samples())
              + " of the effective batch size %s; drop the last batch, or count updates"
                  .formatted(size.effectiveBatchSize()));
    }
  }

  /**
   * How many updates from now this interval is due again; at least 1, and {@link Long#MAX_VALUE}
   * where it is farther away than can be counted.
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
      case EVAL -> throw new IllegalStateException("refused by the constructor");
    };
  }

  /** As in {@code every_n_epochs=1}. */
  public String verbose() {
    return "every_n_" + type.unit() + "=" + every;
  }

  /** As in {@code E1}. */
  @Override
  public String toString() {
    return type.symbol() + every;
  }
}
