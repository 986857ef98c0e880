package io.ostinato.spark.plugin;

import java.io.Serializable;
import org.apache.spark.SparkConf;

/**
 * What batches may take of the memory of an executor's host by default.
 *
 * @param mostBytes maximum size, in bytes; {@link Long#MAX_VALUE} if only the host limits it
 * @param cores the cores that an executor uses; 0 if they are all of its host's
 */
public record HostShare(long mostBytes, int cores) implements Serializable {
  /** Nothing, as the application isn't known. */
  static final HostShare UNKNOWN = new HostShare(0, 1);

  /** What the native engine takes of the overhead. */
  private static final long ENGINE_BYTES = 1L << 30;

  /** The share of what is left; models and activations need the rest. */
  private static final int OF_OVERHEAD = 4;

  private static final String OVERHEAD = "spark.executor.memoryOverhead";
  private static final String FACTOR = "spark.executor.memoryOverheadFactor";
  private static final String KUBERNETES_FACTOR = "spark.kubernetes.memoryOverheadFactor";
  private static final double DEFAULT_FACTOR = 0.1;
  private static final long LEAST_OVERHEAD_MIB = 384;

  /**
   * The share in an application. YARN and Kubernetes end an executor whose native memory exceeds
   * its overhead.
   */
  static HostShare of(SparkConf conf) {
    String master = conf.get("spark.master", "");
    boolean hasOverhead = master.startsWith("yarn") || master.startsWith("k8s");
    long most =
        hasOverhead
            ? Math.max(0, overheadBytes(conf) - ENGINE_BYTES) / OF_OVERHEAD
            : Long.MAX_VALUE;
    // Without the setting, YARN and Kubernetes give an executor one core, and a standalone worker
    // gives it all of its own.
    return new HostShare(most, Math.max(0, TaskSlots.cores(conf, hasOverhead ? 1 : 0)));
  }

  private static long overheadBytes(SparkConf conf) {
    long heap = conf.getSizeAsMb("spark.executor.memory", "1g");
    double factor = conf.getDouble(FACTOR, conf.getDouble(KUBERNETES_FACTOR, DEFAULT_FACTOR));
    long byDefault = Math.max(LEAST_OVERHEAD_MIB, (long) (heap * factor));
    return (conf.contains(OVERHEAD) ? conf.getSizeAsMb(OVERHEAD) : byDefault) << 20;
  }
}
