package io.ostinato.training;

/** What becomes of the rows that don't fill the last update of an epoch. */
public enum LastBatch {
  /** They are left out; the next epoch has another order. */
  DROP,
  /** They make a smaller update. */
  KEEP
}
