package io.ostinato.spark.resident;

import io.ostinato.evaluation.DeviceLostException;
import org.apache.spark.SparkEnv;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends an executor that can't use its device any more, so that Spark replaces it. */
public final class BrokenExecutor {
  /** The exit code of such an executor, which none of Spark's own is. */
  public static final int EXIT_CODE = 86;

  private static final Logger log = LoggerFactory.getLogger(BrokenExecutor.class);

  private BrokenExecutor() {}

  /**
   * Ends this process if it is an executor. The driver never ends, not even in local mode, where it
   * is the executor.
   *
   * @return the failure, to be thrown by a process that doesn't end
   */
  public static DeviceLostException leave(DeviceLostException lost) {
    String executor = SparkEnv.get().executorId();
    if (LocalMode.isDriver(executor)) {
      return lost;
    }
    String reason =
        "it can't use its device %s any more (%s)".formatted(lost.device(), lost.reason());
    log.error("this executor ends itself, because {}; Spark replaces it", reason, lost);
    ProcessRegistry.ofThisProcess().farewells().say(executor, reason);
    // Not exit(): the hooks free native memory, which may hang or crash on a broken device.
    Runtime.getRuntime().halt(EXIT_CODE);
    return lost;
  }
}
