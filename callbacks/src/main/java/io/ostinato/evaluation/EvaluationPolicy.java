package io.ostinato.evaluation;

import io.ostinato.describe.FromKeys;
import io.ostinato.describe.Key;
import io.ostinato.describe.TimeSpan;
import java.io.Serializable;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What an evaluation may do when something goes wrong. Immutable. The defaults give an exact number
 * over all rows, or a failure.
 *
 * @param onFailure what happens when the evaluation fails
 * @param deadlineMillis the maximum duration of one attempt, in milliseconds; {@link #NO_DEADLINE}
 *     for any
 * @param badRows what happens to rows that can't be read or processed
 * @param nonFinite what happens to NaN and infinite results
 */
public record EvaluationPolicy(
    OnFailure onFailure, long deadlineMillis, BadRows badRows, NonFinite nonFinite)
    implements Serializable {
  /** The deadline of an evaluation that may take any time. */
  public static final long NO_DEADLINE = Long.MAX_VALUE;

  private static final EvaluationPolicy EXACT =
      new EvaluationPolicy(OnFailure.fail(), NO_DEADLINE, BadRows.fail(), NonFinite.ACCEPT);

  public EvaluationPolicy {
    if (deadlineMillis < 1) {
      throw new IllegalArgumentException(
          "deadline of %s ms must be at least 1 ms".formatted(deadlineMillis));
    }
  }

  /** Creates a policy from the keys of a configuration. */
  @FromKeys
  static EvaluationPolicy of(
      @Key(
              value =
                  "What happens when the evaluation fails: `fail` ends the training, `warn` logs and"
                      + " records the failure and continues without the results; `retry n` and"
                      + " `retry n then warn` first repeat the evaluation up to n times.",
              byDefault = "fail")
          OnFailure onFailure,
      @Key(
              value =
                  "The maximum duration of an attempt, such as `10m`. A longer one is cancelled and"
                      + " counts as a failure.",
              optional = true,
              otherwise = "none")
          @Nullable TimeSpan deadline,
      @Key(
              value =
                  "What happens to rows that can't be read or processed: `fail`, or `skip n` to skip"
                      + " and report up to n of them.",
              byDefault = "fail")
          BadRows badRows,
      @Key(
              value = "What happens to NaN and infinite results: `accept` or `fail`.",
              byDefault = "accept")
          NonFinite nonFinite) {
    return new EvaluationPolicy(
        onFailure, deadline == null ? NO_DEADLINE : deadline.millis(), badRows, nonFinite);
  }

  /** The policy of an evaluation that says nothing: failures are thrown, and no row is skipped. */
  public static EvaluationPolicy exact() {
    return EXACT;
  }

  /** The same policy with another reaction to failures. */
  public EvaluationPolicy onFailure(OnFailure reaction) {
    return new EvaluationPolicy(reaction, deadlineMillis, badRows, nonFinite);
  }

  /** The same policy with a maximum duration of an attempt, at least 1 ms. */
  public EvaluationPolicy deadline(Duration most) {
    return new EvaluationPolicy(onFailure, most.toMillis(), badRows, nonFinite);
  }

  /** The maximum duration of one attempt; empty if it may take any time. */
  public Optional<Duration> deadline() {
    return deadlineMillis == NO_DEADLINE
        ? Optional.empty()
        : Optional.of(Duration.ofMillis(deadlineMillis));
  }

  /** The same policy with another reaction to bad rows. */
  public EvaluationPolicy badRows(BadRows reaction) {
    return new EvaluationPolicy(onFailure, deadlineMillis, reaction, nonFinite);
  }

  /** The same policy with another reaction to NaN and infinite results. */
  public EvaluationPolicy nonFinite(NonFinite reaction) {
    return new EvaluationPolicy(onFailure, deadlineMillis, badRows, reaction);
  }

  /**
   * Whether evaluations with these policies can share a pass: one attempt has one deadline, and
   * skips the same rows for all.
   */
  boolean allowsSharingWith(EvaluationPolicy other) {
    return deadlineMillis == other.deadlineMillis && badRows.equals(other.badRows);
  }
}
