package io.ostinato.torchscript;

/** What a module keeps from one forward to the next. */
public enum KeptState {
  /** Nothing: any number of threads may run it at once. */
  NONE,

  /** Attributes that each forward assigns before it reads them: one forward at a time is right. */
  OVERWRITTEN,

  /** What earlier forwards left is read by later ones: their order would decide the results. */
  ACCUMULATED,

  /** Its code doesn't say, or can't be read: it takes a run to find out. */
  UNKNOWN
}
