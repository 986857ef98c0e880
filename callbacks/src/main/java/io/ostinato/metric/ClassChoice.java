package io.ostinato.metric;

import io.ostinato.describe.Key;
import java.io.Serializable;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How to combine the scores of several classes or labels, or which of them to take.
 *
 * @param classes their number
 * @param average how to average, unless a single one is taken
 * @param only the one that is taken, from 0; null for the average
 */
record ClassChoice(
    @Key(value = "Number of classes; with `label_axis`, of labels.", atLeast = 2) int classes,
    @Key(value = "How to average over classes or labels.", byDefault = "macro") Average average,
    @Key(
            name = "class",
            value =
                "The class, or label, counted from 0, whose score is computed instead of an"
                    + " average: `f1_class_2`.",
            optional = true,
            otherwise = "all, averaged",
            atLeast = 0)
        @Nullable Integer only)
    implements Serializable {

  ClassChoice {
    if (classes < 2) {
      throw new IllegalArgumentException(
          "a metric of classes needs at least 2 classes; given: " + classes);
    }
    if (only != null && (only < 0 || only >= classes)) {
      throw new IllegalArgumentException(
          "class=%s is not one of the %s classes, 0 to %s".formatted(only, classes, classes - 1));
    }
  }

  /**
   * Checks that the average is possible.
   *
   * @throws IllegalArgumentException if it is that of two classes, and there are more, or labels
   */
  void check(String metric, boolean areLabels) {
    if (average == Average.BINARY && only == null && (classes != 2 || areLabels)) {
      throw new IllegalArgumentException(
          areLabels
              ? "the binary %s is of one output for two classes, but label_axis is set; use the"
                      .formatted(metric)
                  + " average micro, macro or weighted"
              : "the binary %s needs 2 classes; given: %s".formatted(metric, classes));
    }
  }

  /** The name of a metric with this choice. */
  String name(String metric) {
    return metric + suffix(average, only);
  }

  static String suffix(Average average, @Nullable Integer only) {
    return only == null ? "_" + average.name().toLowerCase(Locale.ROOT) : "_class_" + only;
  }

  double of(ClassTally counts, ClassScore score) {
    if (only != null) {
      return ofClass(counts, score, only);
    }
    return switch (average) {
      case MICRO -> micro(counts, score);
      case MACRO -> macro(counts, score);
      case WEIGHTED -> weighted(counts, score);
      case BINARY -> ofClass(counts, score, 1);
    };
  }

  private static double micro(ClassTally counts, ClassScore score) {
    long hits = 0;
    long predicted = 0;
    long targets = 0;
    for (int c = 0; c < counts.classes(); c++) {
      hits += counts.ofHits(c);
      predicted += counts.ofPredicted(c);
      targets += counts.ofTarget(c);
    }
    return score.of(hits, predicted, targets);
  }

  private static double macro(ClassTally counts, ClassScore score) {
    double sum = 0;
    int averaged = 0;
    for (int c = 0; c < counts.classes(); c++) {
      if (counts.countsAbsent() || counts.ofTarget(c) + counts.ofPredicted(c) > 0) {
        sum += ofClass(counts, score, c);
        averaged++;
      }
    }
    return sum / averaged;
  }

  private static double weighted(ClassTally counts, ClassScore score) {
    double sum = 0;
    long targets = 0;
    for (int c = 0; c < counts.classes(); c++) {
      sum += ofClass(counts, score, c) * counts.ofTarget(c);
      targets += counts.ofTarget(c);
    }
    return targets == 0 ? 0 : sum / targets;
  }

  private static double ofClass(ClassTally counts, ClassScore score, int c) {
    return score.of(counts.ofHits(c), counts.ofPredicted(c), counts.ofTarget(c));
  }
}
