package io.ostinato.metric;

import io.ostinato.describe.Key;
import org.jspecify.annotations.Nullable;

/**
 * How a configuration selects a ranking: exact or with scores in bins, and for outputs with several
 * labels, their average or one of them.
 */
record RankingKeys(
    @Key(
            value = "Number of bins of equal width, for outputs that are probabilities.",
            optional = true,
            otherwise = "exact, 8 bytes per row",
            atLeast = 2)
        @Nullable Integer bins,
    @Key(
            value = "How to average over the labels of `label_axis`.",
            optional = true,
            otherwise = "`macro` with `label_axis`")
        @Nullable Average average,
    @Key(
            name = "class",
            value =
                "The label, counted from 0, whose value is computed instead of an average:"
                    + " `roc_auc_class_2`.",
            optional = true,
            otherwise = "all, averaged",
            atLeast = 0)
        @Nullable Integer only) {
  static final RankingKeys EXACT = new RankingKeys(null, null, null);

  static RankingKeys ofBins(int bins) {
    return new RankingKeys(bins, null, null);
  }

  RankingKeys average(Average newAverage) {
    return new RankingKeys(bins, newAverage, only);
  }

  RankingKeys only(int label) {
    return new RankingKeys(bins, average, label);
  }

  /**
   * The metric of an area.
   *
   * @throws IllegalArgumentException if the average is not possible
   */
  Metric<?> metric(String name, ClassOutputs outputs, Ranking.Area area) {
    if (outputs.isMultiLabel()) {
      return ofLabels(name, outputs, area);
    }
    if (average != null || only != null) {
      throw new IllegalArgumentException(
          "average and class of %s are for outputs with several labels; set label_axis, as in label_axis=1"
              .formatted(name));
    }
    return one(name, outputs, area);
  }

  private Metric<?> ofLabels(String name, ClassOutputs outputs, Ranking.Area area) {
    Average of = average == null ? Average.MACRO : average;
    if (of == Average.BINARY && only == null) {
      throw new IllegalArgumentException(
          "the binary %s is of one output for two classes, but label_axis is set; use the average"
                  .formatted(name)
              + " micro, macro or weighted");
    }
    String full = name + ClassChoice.suffix(of, only);
    return of == Average.MICRO && only == null
        ? one(full, outputs, area)
        : new LabelRanking<>(full, one(name, outputs, area), of, only);
  }

  /** All positions in one ranking. */
  private RankingMetric<?> one(String name, ClassOutputs outputs, Ranking.Area area) {
    return bins == null
        ? new ExactRanking(name, outputs, area)
        : new BinnedRanking(name, outputs, bins, area);
  }
}
