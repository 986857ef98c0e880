package io.ostinato.training;

import io.ostinato.describe.FromKeys;
import io.ostinato.describe.Key;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Whether training waits for its evaluations, or goes on beside them. Immutable: {@code
 * Evaluations.beside().join(Join.updates(100))}.
 *
 * <p>Beside training, the weights of a moment are copied when evaluations are due, and training
 * continues while they run. Later, between two updates, the rest of that moment follows on the
 * training thread: {@code processResults}, the callbacks that read metrics, the record of the
 * moment and its checkpoints. Moments are completed in their order. Unless {@link Join#asReady} or
 * a {@link WhenFull} other than {@link WhenFull#WAIT} is chosen, a run doesn't depend on how long
 * its evaluations take.
 *
 * @param mode whether training waits
 * @param inFlight the maximum number of moments whose evaluations are under way, at least 1; null
 *     for as many as {@code join} needs: 1 for {@link Join#next}, any number for {@link
 *     Join#updates}; and for 2 with {@link Join#asReady}. Each moment keeps a copy of its weights,
 *     of which unchanged parts are shared, until its results have taken effect
 * @param whenFull what happens at a moment with evaluations if as many are under way
 * @param join when results take effect
 * @param onStop what remains if a callback ends training at a moment that is past
 */
public record Evaluations(
    Mode mode, @Nullable Integer inFlight, WhenFull whenFull, Join join, OnStop onStop) {
  private static final Evaluations INLINE =
      new Evaluations(Mode.INLINE, null, WhenFull.WAIT, Join.next(), OnStop.KEEP);

  /** Whether training waits for its evaluations. */
  public enum Mode {
    /** Training waits while an evaluation runs. */
    INLINE,
    /** Training goes on while evaluations run. */
    BESIDE
  }

  /** What happens at a moment with evaluations if the maximum number is under way. */
  public enum WhenFull {
    /** Training waits until one has ended. */
    WAIT,
    /** The new moment isn't evaluated. */
    SKIP,
    /** One moment more can wait to begin. A newer one takes its place, and it isn't evaluated. */
    REPLACE
  }

  /** What remains if a callback ends training at a moment that is past. */
  public enum OnStop {
    /** Training ends with the present weights. */
    KEEP,
    /**
     * Training ends as it was at the moment that was measured; what was trained since is discarded.
     * For this, the state of the optimizer is copied too at each moment with evaluations.
     */
    REWIND
  }

  public Evaluations {
    if (inFlight != null && inFlight < 1) {
      throw new IllegalArgumentException("in_flight=%s must be at least 1".formatted(inFlight));
    }
  }

  /** Creates one from the keys of a configuration. */
  @FromKeys
  static Evaluations of(
      @Key(
              value =
                  "`inline`: training waits for its evaluations; `beside`: it goes on with newer"
                      + " weights while they run.",
              byDefault = "inline")
          Mode mode,
      @Key(
              value = "Maximum number of moments whose evaluations are under way.",
              optional = true,
              otherwise = "as many as `join` needs; 2 for `as_ready`",
              atLeast = 1)
          @Nullable Integer inFlight,
      @Key(
              value =
                  "What happens at a moment with evaluations if `in_flight` are under way: `wait`;"
                      + " `skip` doesn't evaluate the new one; `replace` lets one more wait to begin,"
                      + " whose place a newer one takes.",
              byDefault = "wait")
          WhenFull whenFull,
      @Key(
              value =
                  "When results take effect: `next`, `as_ready`, or `{updates: n}` for exactly n"
                      + " updates after their moment.",
              byDefault = "next")
          Join join,
      @Key(
              value =
                  "What remains if training is stopped at a moment that is past: `keep` the present"
                      + " weights, or `rewind` to that moment.",
              byDefault = "keep")
          OnStop onStop) {
    return new Evaluations(mode, inFlight, whenFull, join, onStop);
  }

  /** Training waits for its evaluations. */
  public static Evaluations inline() {
    return INLINE;
  }

  /** Training goes on beside its evaluations, whose results take effect at {@link Join#next}. */
  public static Evaluations beside() {
    return new Evaluations(Mode.BESIDE, null, WhenFull.WAIT, Join.next(), OnStop.KEEP);
  }

  /**
   * Sets the maximum number of moments whose evaluations are under way.
   *
   * @throws IllegalArgumentException if it is less than 1
   */
  public Evaluations inFlight(int moments) {
    return new Evaluations(mode, moments, whenFull, join, onStop);
  }

  /** Sets what happens if that number is reached. */
  public Evaluations whenFull(WhenFull choice) {
    return new Evaluations(mode, inFlight, choice, join, onStop);
  }

  /** Sets when results take effect. */
  public Evaluations join(Join choice) {
    return new Evaluations(mode, inFlight, whenFull, choice, onStop);
  }

  /** Sets what remains if a callback ends training at a moment that is past. */
  public Evaluations onStop(OnStop choice) {
    return new Evaluations(mode, inFlight, whenFull, join, choice);
  }

  /** Whether results may take effect later than at their moment. */
  boolean isBeside() {
    return mode == Mode.BESIDE && !join.equals(Join.updates(0));
  }

  /** The maximum number of moments in flight, if there is one. */
  OptionalInt limit() {
    if (inFlight != null) {
      return OptionalInt.of(inFlight);
    }
    return switch (join.when()) {
      case NEXT -> OptionalInt.of(1);
      case UPDATES -> OptionalInt.empty();
      case AS_READY -> OptionalInt.of(2);
    };
  }
}
