package io.ostinato.metric;

/** What the outputs of a classifier are. */
public enum OutputKind {
  /**
   * Any numbers; their softmax over the classes gives the probabilities. For outputs of one column,
   * the sigmoid gives that of class 1, and above 0 class 1 is predicted.
   */
  LOGITS,
  /**
   * Numbers from 0 to 1 that sum to 1 over the classes; those outside are refused. Outputs of one
   * column are those of class 1, and above 0.5 class 1 is predicted.
   */
  PROBABILITIES;

  /** How far rounding may take a probability out of its bounds. */
  private static final double ROUNDING = 1e-5;

  /** How far rounding may take the sum of a row's probabilities from 1, in bfloat16. */
  private static final double ROUNDING_OF_SUM = 1e-2;

  /** Above which score of class 1 it is predicted, where that is the only column. */
  double threshold() {
    return this == LOGITS ? 0 : 0.5;
  }

  /** A probability without what rounding did. */
  static double bounded(double probability) {
    return Math.max(0, Math.min(1, probability));
  }

  /** Whether a score is farther from 0 to 1 than rounding takes it; NaN is not. */
  static boolean isNoProbability(double score) {
    return score < -ROUNDING || score > 1 + ROUNDING;
  }

  /** Whether scores, each a probability, may be those of all classes. */
  static boolean isWhole(double sumOfScores) {
    return Math.abs(sumOfScores - 1) <= ROUNDING_OF_SUM;
  }

  /** Refuses what is none of this kind; NaN passes. */
  void check(double[] scores) {
    if (this == PROBABILITIES) {
      for (double probability : scores) {
        if (isNoProbability(probability)) {
          throw new IllegalArgumentException(
              "a probability is from 0 to 1; given: %s; are the outputs logits?"
                  .formatted(probability));
        }
      }
    }
  }
}
