package io.ostinato.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.training.loss.Loss;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The value of a loss for one batch.
 *
 * @param total the loss to minimise: a scalar, the mean over the batch
 * @param parts scalars by name, each also a mean over the batch; they are logged as given here,
 *     whether or not the total weights them
 */
public record LossParts(NDArray total, Map<String, NDArray> parts) {
  /** The name of the whole loss, next to those of its parts. */
  public static final String TOTAL = "total";

  /**
   * Creates a loss from its total and its parts.
   *
   * @throws IllegalArgumentException if a part is named {@value #TOTAL}, or has a blank name
   */
  public LossParts {
    parts = Collections.unmodifiableMap(new LinkedHashMap<>(parts));
    for (String name : parts.keySet()) {
      if (name.isBlank() || name.equals(TOTAL)) {
        throw new IllegalArgumentException(
            "a part of a loss can't be named '%s': names must not be blank, and 'total' is the whole"
                    .formatted(name)
                + " loss; parts: %s".formatted(parts.keySet()));
      }
    }
  }

  /**
   * Creates a loss from parts that add up to the total.
   *
   * @throws IllegalArgumentException if there are no parts, or as for the constructor
   */
  public static LossParts sumOf(Map<String, NDArray> parts) {
    NDArray sum =
        parts.values().stream()
            .reduce(NDArray::add)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "a loss with parts requires at least one part; given: {}"));
    return new LossParts(sum, parts);
  }

  /** Evaluates any loss; it has no parts unless it is a {@link LossWithParts}. */
  public static LossParts of(Loss loss, NDList labels, NDList predictions) {
    return loss instanceof LossWithParts withParts
        ? withParts.evaluateParts(labels, predictions)
        : new LossParts(loss.evaluate(labels, predictions), Map.of());
  }

  /** The total followed by the parts, by name. */
  public Map<String, NDArray> all() {
    Map<String, NDArray> all = new LinkedHashMap<>();
    all.put(TOTAL, total);
    all.putAll(parts);
    return all;
  }
}
