package io.ostinato.callback;

import io.ostinato.weights.CapturedWeights;
import io.ostinato.weights.WeightSnapshot;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * Other weights of the same model that evaluations can select by key, such as averages over
 * updates. Not thread-safe: used by the training thread only.
 */
public final class WeightVariants {
  private record Variant(Supplier<WeightSnapshot> now, Supplier<CapturedWeights> copy) {}

  private final Map<String, Variant> variants = new LinkedHashMap<>();

  /**
   * Offers weights to evaluations.
   *
   * @param key such as {@code ema=0.999}
   * @param weights supplies the weights at the current moment
   * @throws IllegalArgumentException if the key is already in use
   */
  public void offer(String key, Supplier<WeightSnapshot> weights) {
    offer(key, weights, () -> CapturedWeights.of(weights.get()));
  }

  /**
   * Like {@link #offer(String, Supplier)}, for weights of which a copy can be made faster than a
   * snapshot; that is done when training goes on while they are evaluated.
   *
   * @param copy copies the weights at the current moment
   */
  public void offer(String key, Supplier<WeightSnapshot> weights, Supplier<CapturedWeights> copy) {
    if (variants.putIfAbsent(key, new Variant(weights, copy)) != null) {
      throw new IllegalArgumentException("two callbacks offer the weights '%s'".formatted(key));
    }
  }

  /** The keys of the offered weights. */
  public Set<String> keys() {
    return Collections.unmodifiableSet(variants.keySet());
  }

  /**
   * The key of the weights at which a metric was measured, if the metric's key names one of these:
   * one of its parts between slashes ends with a dot and the key of the weights, as in {@code
   * accuracy/test.ema=0.999}.
   */
  public static Optional<String> measuredBy(String metric, Set<String> keys) {
    return Arrays.stream(metric.split("/"))
        .flatMap(part -> keys.stream().filter(key -> part.endsWith("." + key)))
        .findFirst();
  }

  /**
   * The weights with this key, at the current moment.
   *
   * @throws IllegalArgumentException if no callback offers them; lists the offered keys
   */
  public WeightSnapshot get(String key) {
    return variant(key).now().get();
  }

  /**
   * A copy of the weights with this key, at the current moment.
   *
   * @throws IllegalArgumentException if no callback offers them; lists the offered keys
   */
  public CapturedWeights capture(String key) {
    return variant(key).copy().get();
  }

  private Variant variant(String key) {
    Variant variant = variants.get(key);
    if (variant == null) {
      throw new IllegalArgumentException(
          "there are no weights '%s'; offered: %s"
              .formatted(
                  key,
                  variants.isEmpty()
                      ? "none"
                      : String.join(", ", new TreeSet<>(variants.keySet()))));
    }
    return variant;
  }
}
