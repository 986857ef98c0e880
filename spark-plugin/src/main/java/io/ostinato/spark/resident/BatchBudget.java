package io.ostinato.spark.resident;

/** How much memory of a device the batches may take that stay there. */
public interface BatchBudget {
  /** No batch stays. */
  BatchBudget NONE = of(0);

  /** A fixed size in bytes; 0 for none. */
  static BatchBudget of(long bytes) {
    return kept -> bytes;
  }

  /**
   * The maximum size now, in bytes.
   *
   * @param keptBytes size of the batches that the device keeps already
   */
  long limitBytes(long keptBytes);

  /** Whether batches stay from the first time they are read, or only from the second. */
  default boolean isFromFirstRead() {
    return true;
  }
}
