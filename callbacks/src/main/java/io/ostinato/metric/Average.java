package io.ostinato.metric;

/** How to average the scores of several classes or labels. */
public enum Average {
  /** Counts the hits and misses of all classes together. */
  MICRO,
  /** The mean over the classes that occur in targets or predictions, or over all labels. */
  MACRO,
  /** The mean over classes or labels, each weighted by its number of targets. */
  WEIGHTED,
  /** The score of class 1 of two classes. */
  BINARY
}
