package io.ostinato.model;

import ai.djl.ndarray.types.DataType;
import io.ostinato.weights.OfferedArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What doesn't match between weights and the template that they are for, in words. */
final class NameMismatch {
  private static final int MOST_NAMES = 20;

  private NameMismatch() {}

  /**
   * Describes the differences on both sides.
   *
   * @param weights by name, without the prefix
   * @param template by name
   */
  static String words(
      String prefix, Map<String, OfferedArray> weights, Map<String, TemplateArray> template) {
    List<String> parts = new ArrayList<>();
    add(
        parts,
        "only the weights have ",
        weights.keySet().stream()
            .filter(name -> !template.containsKey(name))
            .sorted()
            .map(name -> form(name, Objects.requireNonNull(weights.get(name))))
            .toList());
    add(
        parts,
        "only the architecture has ",
        template.keySet().stream()
            .filter(name -> !weights.containsKey(name) && required(template, name))
            .sorted()
            .map(name -> form(name, Objects.requireNonNull(template.get(name))))
            .toList());
    add(
        parts,
        "",
        weights.keySet().stream()
            .filter(template::containsKey)
            .sorted()
            .flatMap(name -> difference(name, weights, template).stream())
            .toList());
    return "the weights%s don't match the architecture: %s; weights are matched by name and shape"
        .formatted(
            prefix.isEmpty() ? "" : " under the prefix " + WeightNames.shown(prefix),
            parts.isEmpty() ? "they are incomplete" : String.join("; ", parts));
  }

  private static boolean required(Map<String, TemplateArray> template, String name) {
    TemplateArray array = template.get(name);
    return array != null && array.isRequired();
  }

  private static List<String> difference(
      String name, Map<String, OfferedArray> weights, Map<String, TemplateArray> template) {
    OfferedArray given = Objects.requireNonNull(weights.get(name));
    TemplateArray wanted = Objects.requireNonNull(template.get(name));
    if (given.dataType() == DataType.UNKNOWN) {
      return List.of(whyNot(given));
    }
    boolean isSame =
        given.shape().equals(wanted.shape()) && Widening.isPossible(given, wanted.dataType());
    return isSame
        ? List.of()
        : List.of(
            "%s is %s %s in the weights but %s %s in the architecture"
                .formatted(
                    WeightNames.shown(name),
                    given.dataType(),
                    given.shape(),
                    wanted.dataType(),
                    wanted.shape()));
  }

  /** Why an array can't be read. */
  private static String whyNot(OfferedArray array) {
    try {
      return array.content().get().toString();
    } catch (IllegalArgumentException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private static String form(String name, OfferedArray array) {
    return "%s (%s %s)".formatted(WeightNames.shown(name), array.dataType(), array.shape());
  }

  private static String form(String name, TemplateArray array) {
    return "%s (%s %s)".formatted(WeightNames.shown(name), array.dataType(), array.shape());
  }

  private static void add(List<String> parts, String words, List<String> names) {
    if (!names.isEmpty()) {
      String more =
          names.size() > MOST_NAMES ? " and %s more".formatted(names.size() - MOST_NAMES) : "";
      parts.add(words + String.join(", ", names.stream().limit(MOST_NAMES).toList()) + more);
    }
  }
}
