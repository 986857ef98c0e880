package io.ostinato.callback;

import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The metrics that were written so far at the current moment. A callback sees those of the
 * callbacks that ran before it; see {@link Callback#readsMetrics}.
 */
public final class MomentMetrics {
  private final Supplier<Map<String, Double>> pending;
  private final Supplier<Set<String>> failed;
  private final Supplier<Set<String>> skipped;

  /**
   * Reads the metrics of a moment.
   *
   * @param pending supplies those that were written so far
   * @param failed supplies the callbacks whose evaluations have failed at this moment, without
   *     ending the training
   * @param skipped supplies the callbacks that were due at this moment, but not evaluated, since
   *     too many evaluations were under way
   */
  public MomentMetrics(
      Supplier<Map<String, Double>> pending,
      Supplier<Set<String>> failed,
      Supplier<Set<String>> skipped) {
    this.pending = pending;
    this.failed = failed;
    this.skipped = skipped;
  }

  /** A metric, if it was written at this moment. */
  public OptionalDouble find(String key) {
    Double value = pending.get().get(key);
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }

  /**
   * A metric that a callback requires.
   *
   * @throws MissingMetricException if it was not written at this moment and an evaluation of this
   *     moment has failed, see {@link io.ostinato.evaluation.OnFailure#warn}, or was skipped
   * @throws IllegalStateException if it was not written at this moment; lists those that were
   */
  public double get(String key, String callback) {
    Map<String, Double> values = pending.get();
    Double value = values.get(key);
    if (value == null && !failed.get().isEmpty()) {
      throw missing(callback, key, failed.get(), "failed");
    }
    if (value == null && !skipped.get().isEmpty()) {
      throw missing(callback, key, skipped.get(), "was skipped");
    }
    if (value == null) {
      throw new IllegalStateException(
          "callback '%s' needs the metric '%s', which was not written at this moment; written: %s;"
                  .formatted(
                      callback,
                      key,
                      values.isEmpty() ? "none" : String.join(", ", new TreeSet<>(values.keySet())))
              + " check the key, and that its writer runs on the same schedule");
    }
    return value;
  }

  private static MissingMetricException missing(
      String callback, String key, Set<String> evaluations, String what) {
    return new MissingMetricException(
        "callback '%s' skips this moment: the metric '%s' is missing, because the evaluation of %s %s"
            .formatted(callback, key, quoted(evaluations), what));
  }

  private static String quoted(Set<String> callbacks) {
    return callbacks.stream()
        .map(callback -> "'" + callback + "'")
        .collect(Collectors.joining(", "));
  }
}
