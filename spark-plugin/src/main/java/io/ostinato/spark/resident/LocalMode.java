package io.ostinato.spark.resident;

import org.apache.spark.SparkEnv;

/** Tells whether tasks run in the process of the driver, which then is Spark's only executor. */
public final class LocalMode {
  /** The id that Spark gives to the driver in place of an executor's. */
  private static final String DRIVER = "driver";

  private LocalMode() {}

  /**
   * Whether this process is a driver, or has no session. Of a task, this says whether it runs in
   * local mode; the driver of a cluster runs none.
   */
  public static boolean isHere() {
    SparkEnv env = SparkEnv.get();
    return env == null || isDriver(env.executorId());
  }

  /** Whether an executor is the driver, by its id. */
  public static boolean isDriver(String executor) {
    return executor.equals(DRIVER);
  }
}
