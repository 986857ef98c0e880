package io.ostinato.evaluation;

/** What happens when a metric or a result of an evaluation is NaN or infinite. */
public enum NonFinite {
  /** It is reported as it is. */
  ACCEPT,
  /** The evaluation fails. */
  FAIL
}
