package io.ostinato.callback;

import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * The metrics that were written so far at the current moment. A callback sees those of the
 * callbacks that ran before it; see {@link Callback#readsMetrics}.
 */
public final class MomentMetrics {
  private final Supplier<Map<String, Double>> pending;

  public MomentMetrics(Supplier<Map<String, Double>> pending) {
    this.pending = pending;
  }

  /** A metric, if it was written at this moment. */
  public OptionalDouble find(String key) {
    Double value = pending.get().get(key);
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }

  /**
   * A metric that a callback requires.
   *
   * @throws IllegalStateException if it was not written at this moment; lists those that were
   */
  public double get(String key, String callback) {
    Map<String, Double> values = pending.get();
    Double value = values.get(key);
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
}
