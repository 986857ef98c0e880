package io.ostinato.spark.plugin;

/** When batches are brought to a device. The results don't depend on it. */
public enum StagingPolicy {
  /**
   * {@link #AHEAD} on GPUs, and where cores are idle while tasks compute; otherwise {@link #RUN}.
   */
  AUTO,

  /** Ahead of their run, by the thread that reads them. */
  AHEAD,

  /** When they run, by the thread that runs them. */
  RUN
}
