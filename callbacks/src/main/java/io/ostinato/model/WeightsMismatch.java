package io.ostinato.model;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The differences between weights and a model, by name. Weights are never matched by order or
 * shape: two layers of the same shape could be swapped unnoticed.
 */
final class WeightsMismatch {
  private static final int MOST_NAMES = 50;

  private final SortedMap<String, String> given = new TreeMap<>();
  private final SortedMap<String, String> wanted = new TreeMap<>();

  private WeightsMismatch() {}

  /**
   * Compares weights with a model; empty if they match.
   *
   * @param given the data type and shape of each array of the weights
   * @param model the arrays of the model
   */
  static Optional<IllegalArgumentException> of(
      Map<String, String> given, Map<String, NDArray> model) {
    WeightsMismatch mismatch = new WeightsMismatch();
    mismatch.given.putAll(given);
    model.forEach((name, array) -> mismatch.wanted.put(name, form(array)));
    return mismatch.given.equals(mismatch.wanted)
        ? Optional.empty()
        : Optional.of(new IllegalArgumentException(mismatch.toString()));
  }

  private static String form(NDArray array) {
    return array.getDataType() + " " + array.getShape();
  }

  @Override
  public String toString() {
    List<String> parts = new ArrayList<>();
    add(parts, "only the weights have ", onlyIn(given, wanted));
    add(parts, "only the model has ", onlyIn(wanted, given));
    List<String> others =
        given.entrySet().stream()
            .filter(
                entry ->
                    !wanted.getOrDefault(entry.getKey(), entry.getValue()).equals(entry.getValue()))
            .map(
                entry ->
                    "'%s' is %s in the weights but %s in the model"
                        .formatted(entry.getKey(), entry.getValue(), wanted.get(entry.getKey())))
            .toList();
    add(parts, "", others);
    return "the weights don't match the model: %s; %s"
        .formatted(String.join("; ", parts), remedy());
  }

  private static List<String> onlyIn(
      SortedMap<String, String> these, SortedMap<String, String> those) {
    return these.entrySet().stream()
        .filter(entry -> !those.containsKey(entry.getKey()))
        .map(entry -> "'%s' (%s)".formatted(entry.getKey(), entry.getValue()))
        .toList();
  }

  private static void add(List<String> parts, String words, List<String> names) {
    if (!names.isEmpty()) {
      String more =
          names.size() > MOST_NAMES ? " and %s more".formatted(names.size() - MOST_NAMES) : "";
      parts.add(words + String.join(", ", names.stream().limit(MOST_NAMES).toList()) + more);
    }
  }

  /** Names in PyTorch have dots, such as {@code 0.weight}; those of a block have underscores. */
  private String remedy() {
    boolean pytorch =
        onlyIn(given, wanted).size() == given.size()
            && !given.isEmpty()
            && given.keySet().stream().allMatch(name -> name.contains("."));
    return pytorch
        ? "weights are matched by name, and these have PyTorch names: save the module itself,"
            + " with torch.jit.script(model).save(path)"
        : "weights are matched by name: check that this is the architecture they belong to";
  }
}
