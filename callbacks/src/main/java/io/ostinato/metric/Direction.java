package io.ostinato.metric;

/** Which values of a metric are better. */
public enum Direction {
  HIGHER_IS_BETTER,
  LOWER_IS_BETTER,
  /** Neither: a time, a count, a learning rate. */
  NEUTRAL;

  /**
   * Whether a value is better than another, which is NaN where there is none. An equal value is no
   * better, NaN never is, and nothing is where neither direction is better.
   */
  public boolean isBetter(double value, double than) {
    return switch (this) {
      case HIGHER_IS_BETTER -> value > than || (Double.isNaN(than) && !Double.isNaN(value));
      case LOWER_IS_BETTER -> value < than || (Double.isNaN(than) && !Double.isNaN(value));
      case NEUTRAL -> false;
    };
  }
}
