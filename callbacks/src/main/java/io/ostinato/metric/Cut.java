package io.ostinato.metric;

import org.jspecify.annotations.Nullable;

/**
 * Where class 1 of two is separated from class 0.
 *
 * @param kind the kind that scores are treated as
 * @param isKindUnsaid whether it is not declared, so that scores of one column may be of either
 *     kind
 * @param probability the probability above which class 1 is predicted; null if it isn't set
 */
record Cut(OutputKind kind, boolean isKindUnsaid, @Nullable Double probability) {

  /** Whether it is set, so that it replaces the comparison of two columns. */
  boolean isSet() {
    return probability != null;
  }

  /** Whether a score of class 1 predicts it. */
  boolean isAbove(double score) {
    return score > of(kind);
  }

  /** Whether the prediction from a score depends on its kind. */
  boolean dependsOnKind(double score) {
    return score > of(OutputKind.LOGITS) != score > of(OutputKind.PROBABILITIES);
  }

  /** Whether two columns predict class 1. */
  boolean isAbove(double score0, double score1) {
    return isAbove(kind == OutputKind.LOGITS ? score1 - score0 : score1);
  }

  private double of(OutputKind scores) {
    return probability == null ? scores.threshold() : scores.threshold(probability);
  }
}
