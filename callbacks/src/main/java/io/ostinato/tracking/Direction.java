package io.ostinato.tracking;

/** Which values of a metric are better. */
public enum Direction {
  HIGHER_IS_BETTER,
  LOWER_IS_BETTER,
  /** Neither: a time, a count, a learning rate. */
  NEUTRAL
}
