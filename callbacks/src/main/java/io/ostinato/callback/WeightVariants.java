package io.ostinato.callback;

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
 * Other weights of the same model that evaluations can ask for by key, such as averages over
 * updates. Belongs to the thread that trains.
 */
public final class WeightVariants {
  private final Map<String, Supplier<WeightSnapshot>> variants = new LinkedHashMap<>();

  /**
   * Offers weights.
   *
   * @param key as in {@code ema=0.999}
   * @param weights makes the weights at the present moment
   * @throws IllegalArgumentException if the key is taken
   */
  public void offer(String key, Supplier<WeightSnapshot> weights) {
    if (variants.putIfAbsent(key, weights) != null) {
      throw new IllegalArgumentException("two callbacks offer the weights '%s'".formatted(key));
    }
  }

  /** The keys of the weights that are offered. */
  public Set<String> keys() {
    return Collections.unmodifiableSet(variants.keySet());
  }

  /**
   * The weights that a metric was measured at, if its key names some of these: one of its parts
   * between slashes ends with a dot and the weights' key, as in {@code accuracy/test.ema=0.999}.
   */
  public static Optional<String> measuredBy(String metric, Set<String> keys) {
    return Arrays.stream(metric.split("/"))
        .flatMap(part -> keys.stream().filter(key -> part.endsWith("." + key)))
        .findFirst();
  }

  /**
   * The weights of a key, at the present moment.
   *
   * @throws IllegalArgumentException if nobody offers them; lists the keys there are
   */
  public WeightSnapshot get(String key) {
    Supplier<WeightSnapshot> weights = variants.get(key);
    if (weights == null) {
      throw new IllegalArgumentException(
          "there are no weights '%s'; offered: %s"
              .formatted(
                  key,
                  variants.isEmpty()
                      ? "none"
                      : String.join(", ", new TreeSet<>(variants.keySet()))));
    }
    return weights.get();
  }
}
