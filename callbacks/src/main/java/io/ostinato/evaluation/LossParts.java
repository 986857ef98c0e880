package io.ostinato.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.training.loss.Loss;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a loss gives for one batch.
 *
 * @param total a scalar, the mean over the batch: what training minimises
 * @param parts scalars by name, each a mean over the batch too; what is written of them is as it is
 *     here, whether or not the total weighs it
 */
public record LossParts(NDArray total, Map<String, NDArray> parts) {
  /** How the whole loss is named beside its parts. */
  public static final String TOTAL = "total";

  /**
   * A total and its parts.
   *
   * @throws IllegalArgumentException if a part is named {@value #TOTAL}, or has a blank name
   */
  public LossParts {
    parts = Collections.unmodifiableMap(new LinkedHashMap<>(parts));
    for (String name : parts.keySet()) {
      if (name.isBlank() || name.equals(TOTAL)) {
        throw new IllegalArgumentException(
            "a part of a loss can't be named '%s', which is kept for the whole; parts: %s"
                .formatted(name, parts.keySet()));
      }
    }
  }

  /**
   * Parts that add up to the total.
   *
   * @throws IllegalArgumentException if there is none, or where the constructor says so
   */
  public static LossParts sumOf(Map<String, NDArray> parts) {
    NDArray sum =
        parts.values().stream()
            .reduce(NDArray::add)
            .orElseThrow(
                () ->
                    new IllegalArgumentException("a loss with parts has at least one; given: {}"));
    return new LossParts(sum, parts);
  }

  /** What any loss gives: no parts unless it is a {@link LossWithParts}. */
  public static LossParts of(Loss loss, NDList labels, NDList predictions) {
    return loss instanceof LossWithParts withParts
        ? withParts.evaluateParts(labels, predictions)
        : new LossParts(loss.evaluate(labels, predictions), Map.of());
  }

  /** The total and the parts, in this order, by name. */
  public Map<String, NDArray> all() {
    Map<String, NDArray> all = new LinkedHashMap<>();
    all.put(TOTAL, total);
    all.putAll(parts);
    return all;
  }
}
