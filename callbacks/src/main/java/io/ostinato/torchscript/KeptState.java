package io.ostinato.torchscript;

/** What a module keeps from one forward to the next. */
public enum KeptState {
  /** Nothing: any number of threads can run it concurrently. */
  NONE,

  /**
   * Attributes that each forward assigns before reading them: correct if one forward runs at a
   * time.
   */
  OVERWRITTEN,

  /** State that later forwards read: the results would depend on the order of forwards. */
  ACCUMULATED,

  /** The code doesn't say or can't be read; only running the module shows it. */
  UNKNOWN
}
