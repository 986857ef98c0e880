package io.ostinato.callback;

import io.ostinato.weights.WeightSnapshot;
import java.util.LinkedHashMap;
import java.util.Map;
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
