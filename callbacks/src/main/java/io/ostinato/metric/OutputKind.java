package io.ostinato.metric;

/** The kind of a classifier's outputs. */
public enum OutputKind {
  /**
   * Any numbers; their softmax over the classes gives the probabilities. For outputs of one column,
   * the sigmoid gives the probability of class 1, which is predicted above 0.
   */
  LOGITS,
  /**
   * Numbers from 0 to 1 that sum to 1 over the classes; numbers outside this range are refused.
   * Outputs of one column are the probability of class 1, which is predicted above 0.5.
   */
  PROBABILITIES;

  /** The tolerance for rounding of a probability beyond its bounds. */
  private static final double ROUNDING = 1e-5;

  /** The tolerance for rounding of the sum of a row's probabilities, in bfloat16. */
  private static final double ROUNDING_OF_SUM = 1e-2;

  /** The score above which class 1 is predicted, for outputs of one column. */
  double threshold() {
    return this == LOGITS ? 0 : 0.5;
  }

  /** The score of this kind that stands for a probability. */
  double threshold(double probability) {
    return this == LOGITS ? Math.log(probability) - Math.log1p(-probability) : probability;
  }

  /** A probability limited to the range from 0 to 1, without rounding errors. */
  static double bounded(double probability) {
    return Math.max(0, Math.min(1, probability));
  }

  /** Whether a score is outside the range from 0 to 1, beyond rounding; false for NaN. */
  static boolean isNoProbability(double score) {
    return score < -ROUNDING || score > 1 + ROUNDING;
  }

  /** Whether probabilities with this sum can be those of all classes. */
  static boolean isWhole(double sumOfScores) {
    return Math.abs(sumOfScores - 1) <= ROUNDING_OF_SUM;
  }

  /**
   * Checks that a score can be of this kind; NaN is accepted.
   *
   * @throws IllegalArgumentException if a probability is not from 0 to 1
   */
  void check(double score) {
    if (this == PROBABILITIES && isNoProbability(score)) {
      throw new IllegalArgumentException(
          "a probability must be from 0 to 1; given: %s; are the outputs logits?".formatted(score));
    }
  }
}
