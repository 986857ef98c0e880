package io.ostinato.spark.plugin;

/**
 * What is done with models that keep something from one forward to the next. The numbers are the
 * same: a batch has the model alone, as it was when it was loaded.
 */
public enum StatePolicy {
  /** Tasks take turns on one model: no more memory than for any other. */
  SERIAL,

  /** Each task has a model of its own, as large as that is. */
  COPIES,

  /** Such models aren't evaluated. */
  REFUSE
}
