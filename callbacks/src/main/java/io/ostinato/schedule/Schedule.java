package io.ostinato.schedule;

import io.ostinato.describe.FromKeys;
import io.ostinato.describe.Key;
import java.io.Serializable;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * When a callback is due: any number of intervals, including none.
 *
 * <p>{@code everyNEpochs(1).and(everyNUpdates(100))} runs at the end of each epoch and after every
 * hundredth update, and only once if both coincide.
 *
 * @param intervals in the order EPOCH, UPDATE, SAMPLE
 */
public record Schedule(List<Interval> intervals) implements Serializable {
  public Schedule {
    intervals =
        intervals.stream()
            .distinct()
            .sorted(Comparator.comparing(Interval::type).thenComparing(Interval::every))
            .toList();
  }

  /** A schedule that is never due; the callback runs only when an evaluation is requested. */
  public static Schedule never() {
    return new Schedule(List.of());
  }

  public static Schedule everyNEpochs(long n) {
    return new Schedule(List.of(new Interval(IntervalType.EPOCH, n)));
  }

  public static Schedule everyNUpdates(long n) {
    return new Schedule(List.of(new Interval(IntervalType.UPDATE, n)));
  }

  public static Schedule everyNSamples(long n) {
    return new Schedule(List.of(new Interval(IntervalType.SAMPLE, n)));
  }

  /** Reads a schedule from the keys of a configuration. */
  @FromKeys(ifEmpty = "every_n_epochs=1")
  static Schedule of(
      @Key(
              value = "Run at the end of every n-th epoch.",
              optional = true,
              otherwise = "1 if none of the three is given",
              atLeast = 1)
          @Nullable Long everyNEpochs,
      @Key(value = "Run after every n-th update.", optional = true, atLeast = 1)
          @Nullable Long everyNUpdates,
      @Key(value = "Run after every n samples.", optional = true, atLeast = 1)
          @Nullable Long everyNSamples) {
    Schedule schedule = never();
    schedule = everyNEpochs == null ? schedule : schedule.and(everyNEpochs(everyNEpochs));
    schedule = everyNUpdates == null ? schedule : schedule.and(everyNUpdates(everyNUpdates));
    schedule = everyNSamples == null ? schedule : schedule.and(everyNSamples(everyNSamples));
    return schedule;
  }

  /** A schedule that is due whenever this or the other one is. */
  public Schedule and(Schedule other) {
    return new Schedule(Stream.concat(intervals.stream(), other.intervals.stream()).toList());
  }

  /** The first of EPOCH, UPDATE and SAMPLE that is due with the current update, if any. */
  public Optional<IntervalType> dueAt(UpdateCounter counter) {
    return intervals.stream()
        .filter(interval -> interval.isDueAt(counter))
        .map(Interval::type)
        .findFirst();
  }

  /**
   * The number of updates between two invocations.
   *
   * @throws IllegalStateException unless there is exactly one interval
   * @throws IllegalArgumentException if an interval in samples is not a multiple of the effective
   *     batch size, or if the number of updates overflows
   */
  public long updatesPerInterval(UpdateCounter counter) {
    if (intervals.size() != 1) {
      throw new IllegalStateException(
          "updates per interval are defined only for a single interval; this schedule has %s: %s"
              .formatted(intervals.size(), intervalStringVerbose()));
    }
    return intervals.get(0).updatesPerInterval(counter);
  }

  /**
   * The number of updates until the next interval is due: at least 1, and {@link Long#MAX_VALUE} if
   * the number overflows; empty if it never is.
   */
  public OptionalLong updatesTillNextInvocation(UpdateCounter counter) {
    return intervals.stream()
        .mapToLong(interval -> interval.updatesTillNextInvocation(counter))
        .min();
  }

  /** The short form, such as {@code E1_U10}; {@code never} without intervals. */
  public String intervalString() {
    return join("_", Interval::toString);
  }

  /**
   * The settings, such as {@code every_n_epochs=1,every_n_updates=10}; {@code never} without
   * intervals.
   */
  public String intervalStringVerbose() {
    return join(",", Interval::verbose);
  }

  private String join(String separator, Function<Interval, String> form) {
    return intervals.isEmpty()
        ? "never"
        : intervals.stream().map(form).collect(Collectors.joining(separator));
  }

  @Override
  public String toString() {
    return intervalStringVerbose();
  }
}
