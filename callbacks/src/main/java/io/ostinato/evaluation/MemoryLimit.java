package io.ostinato.evaluation;

/** How many rows of a task fit into the memory of its device. Thread-safe. */
final class MemoryLimit {
  /** The maximum number of rows as long as the memory has sufficed. */
  static final int NONE = Integer.MAX_VALUE;

  /** How often memory is freed for the same rows before they are halved. */
  private static final int MOST_RELIEFS = 2;

  private final MemoryRelief relief;
  private volatile int mostRows = NONE;
  private volatile boolean wasExceeded;

  MemoryLimit(MemoryRelief relief) {
    this.relief = relief;
  }

  /** The maximum number of rows that are run together. */
  int mostRows() {
    return mostRows;
  }

  /** Whether the memory has run out. */
  boolean wasExceeded() {
    return wasExceeded;
  }

  /**
   * Records that the memory has run out, and frees some; returns whether to try the same again.
   *
   * @param reliefs how often that was done before
   */
  boolean free(int reliefs) {
    wasExceeded = true;
    return reliefs < MOST_RELIEFS && relief.free();
  }

  /** From now on, at most half as many rows are run together. */
  synchronized void halve(int rows) {
    mostRows = Math.min(mostRows, (rows + 1) / 2);
  }
}
