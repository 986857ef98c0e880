package io.ostinato.schedule;

import io.ostinato.describe.FromKeys;
import io.ostinato.describe.Key;
import java.io.Serializable;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How long training lasts: a number of epochs, updates or samples.
 *
 * @param unit EPOCH, UPDATE or SAMPLE
 * @param count the number of them, at least 0
 */
public record TrainingLength(IntervalType unit, long count) implements Serializable {
  public TrainingLength {
    if (unit == IntervalType.EVAL) {
      throw new IllegalArgumentException(
          "a training length counts epochs, updates or samples; given: EVAL");
    }
    if (count < 0) {
      throw new IllegalArgumentException(
          "a training length can't be negative; given: %s %s".formatted(count, unit.unit()));
    }
  }

  public static TrainingLength epochs(long count) {
    return new TrainingLength(IntervalType.EPOCH, count);
  }

  public static TrainingLength updates(long count) {
    return new TrainingLength(IntervalType.UPDATE, count);
  }

  /** A length in samples; training ends with the update that reaches this number. */
  public static TrainingLength samples(long count) {
    return new TrainingLength(IntervalType.SAMPLE, count);
  }

  /** Reads a length from the keys of a configuration. */
  @FromKeys
  static TrainingLength of(
      @Key(value = "Number of epochs.", optional = true, atLeast = 0) @Nullable Long epochs,
      @Key(value = "Number of updates.", optional = true, atLeast = 0) @Nullable Long updates,
      @Key(value = "Number of samples.", optional = true, atLeast = 0) @Nullable Long samples) {
    if (Stream.of(epochs, updates, samples).flatMap(Stream::ofNullable).count() != 1) {
      throw new IllegalArgumentException("give exactly one of epochs, updates and samples");
    }
    if (epochs != null) {
      return epochs(epochs);
    }
    return updates != null ? updates(updates) : samples(Objects.requireNonNull(samples));
  }

  /** The last iteration of a training of this length. */
  public TrainingIteration end(EpochSize epochSize) {
    return epochSize.iterationAt(
        switch (unit) {
          case EPOCH -> Math.multiplyExact(count, epochSize.updates());
          case UPDATE -> count;
          case SAMPLE -> epochSize.updateReaching(count);
          case EVAL -> throw new IllegalStateException("rejected by the constructor");
        });
  }

  @Override
  public String toString() {
    return count + " " + unit.unit();
  }
}
