package io.ostinato.metric;

/** How to combine the scores of several outputs of a regression, named as in scikit-learn. */
public enum OutputsAverage {
  /** One score over the elements of all outputs together, as if they were rows of one output. */
  FLATTENED,
  /** The mean of the scores of the outputs. */
  UNIFORM_AVERAGE,
  /** The mean of the scores of the outputs, each weighted by the variance of its targets. */
  VARIANCE_WEIGHTED
}
