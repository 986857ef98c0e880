package io.ostinato.spark.plugin;

/** How weights reach the executors. The results don't depend on it. */
public enum WeightTransfer {
  /** As blocks of bytes in Spark's block manager, which are neither serialized nor copied twice. */
  BLOCKS,

  /** As values of Spark's broadcast variables; uses nothing but Spark's public API. */
  BROADCASTS
}
