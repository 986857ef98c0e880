package io.ostinato.metric;

/** How the scores of several classes become one. */
public enum Average {
  /** Hits and misses of all classes are counted together. */
  MICRO,
  /** The mean over the classes that occur in targets or predictions. */
  MACRO,
  /** The mean over classes, each weighted by how often it is a target. */
  WEIGHTED,
  /** Two classes; the score is that of class 1. */
  BINARY
}
