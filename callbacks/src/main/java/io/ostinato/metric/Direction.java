package io.ostinato.metric;

/** Which values of a metric are better. */
public enum Direction {
  HIGHER_IS_BETTER,
  LOWER_IS_BETTER,
  /** Neither: a time, a count, a learning rate. */
  NEUTRAL;

  /**
   * Whether a value is better than another, which is NaN if there is none. An equal value or NaN is
   * never better, and with {@link #NEUTRAL} no value is.
   */
  public boolean isBetter(double value, double than) {
    return switch (this) {
      case HIGHER_IS_BETTER -> value > than || (Double.isNaN(than) && !Double.isNaN(value));
      case LOWER_IS_BETTER -> value < than || (Double.isNaN(than) && !Double.isNaN(value));
      case NEUTRAL -> false;
    };
  }
}
