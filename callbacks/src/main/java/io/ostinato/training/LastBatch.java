package io.ostinato.training;

/** How to treat the rows that don't fill the last update of an epoch. */
public enum LastBatch {
  /** Drops them; the next epoch has another order. */
  DROP,
  /** Keeps them in a smaller update. */
  KEEP
}
