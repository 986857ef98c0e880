package io.ostinato.jobs.scoring;

import io.ostinato.jobs.data.KeyStyle;
import io.ostinato.metric.Metric;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Finds mistakes in an evaluation that can be found without reading its data. */
final class SpecMistakes {
  private SpecMistakes() {}

  /** The mistakes of the columns, and of the names by which the model gets them. */
  static List<String> ofColumns(EvaluationSpec spec) {
    KeyStyle style = spec.style();
    List<String> mistakes = new ArrayList<>(spec.data().mistakes(style));
    List<String> tensors = spec.data().columns().inputs();
    Set<String> names = new HashSet<>(spec.inputs());
    String given = "%s '%s'".formatted(style.name("model_inputs"), String.join(",", spec.inputs()));
    if (spec.inputs().stream().anyMatch(String::isBlank) || names.size() < spec.inputs().size()) {
      mistakes.add(given + ": each input needs a name of its own");
    } else if (!spec.inputs().isEmpty() && spec.inputs().size() != tensors.size()) {
      mistakes.add(
          "%s has %s names for the %s inputs of %s: %s"
              .formatted(
                  given,
                  spec.inputs().size(),
                  tensors.size(),
                  style.name("inputs"),
                  String.join(", ", tensors)));
    }
    return mistakes;
  }

  /**
   * The mistakes of everything but columns.
   *
   * @param style how they name settings
   * @param labels the number of label columns
   * @param measures whether metrics are requested, even if they are invalid
   */
  static List<String> ofOthers(
      KeyStyle style,
      int batchSize,
      String dataset,
      int labels,
      boolean measures,
      List<? extends Metric<?>> metrics) {
    List<String> mistakes = new ArrayList<>();
    if (batchSize < 1) {
      mistakes.add("%s %s must be at least 1".formatted(style.name("batch_size"), batchSize));
    }
    if (!dataset.matches("[\\w.=-]+")) {
      mistakes.add(
          "%s '%s' must consist of letters, digits and . _ = -"
              .formatted(style.name("dataset"), dataset));
    }
    if (measures && labels == 0) {
      mistakes.add(
          "%s requires a %s, for example %s"
              .formatted(
                  style.name("metrics"),
                  style.name("label"),
                  style.example("label", "label:int64")));
    }
    if (labels > 1) {
      mistakes.add(
          "%s is given %s times; metrics use exactly one".formatted(style.name("label"), labels));
    }
    Set<String> names = new HashSet<>();
    metrics.stream()
        .map(Metric::name)
        .filter(name -> !names.add(name))
        .forEach(
            name ->
                mistakes.add(
                    "%s: two metrics are named '%s'; set the name of one, as in accuracy:name=other"
                        .formatted(style.name("metrics"), name)));
    return mistakes;
  }
}
