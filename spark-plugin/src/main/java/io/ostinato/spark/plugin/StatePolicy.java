package io.ostinato.spark.plugin;

/**
 * How to evaluate models that keep state from one forward to the next. Except for {@link #REFUSE},
 * the results don't depend on it: each batch has exclusive use of the model, in the state in which
 * it was loaded.
 */
public enum StatePolicy {
  /** Tasks take turns on one model; needs no extra memory. */
  SERIAL,

  /** Each task has its own copy of the model. */
  COPIES,

  /** Evaluations of such models fail. */
  REFUSE
}
