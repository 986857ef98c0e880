package io.ostinato.spark.plugin;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;

/** Computes the cores of each task slot of an executor from Spark's settings. */
final class TaskSlots {
  private static final Pattern LOCAL = Pattern.compile("local\\[(\\d+|\\*)(?:,\\s*\\d+)?]");
  private static final Pattern LOCAL_CLUSTER =
      Pattern.compile("local-cluster\\[\\s*\\d+\\s*,\\s*(\\d+)\\s*,\\s*\\d+\\s*]");

  private TaskSlots() {}

  /**
   * Returns cores divided by task slots, at least 1; GPUs limit the slots too, if tasks request
   * any.
   */
  static int threadsPerSlot(SparkConf conf) {
    int taskCpus = Math.max(1, conf.getInt("spark.task.cpus", 1));
    int cores = cores(conf, taskCpus);
    double slots = Math.max(1, cores / taskCpus);
    double taskGpus = conf.getDouble(GpuAmounts.TASK, 0);
    double gpus = conf.getDouble(GpuAmounts.EXECUTOR, 0);
    if (taskGpus > 0 && gpus > 0) {
      slots = Math.max(1, Math.min(slots, GpuAmounts.slots(gpus, taskGpus)));
    }
    return Math.max(1, (int) (cores / slots));
  }

  /**
   * Returns the cores of an executor, or {@code otherwise} if the settings don't determine them.
   */
  static int cores(SparkConf conf, int otherwise) {
    String master = conf.get("spark.master", "");
    Matcher local = LOCAL.matcher(master);
    if (local.matches()) {
      return local.group(1).equals("*")
          ? Runtime.getRuntime().availableProcessors()
          : Integer.parseInt(local.group(1));
    }
    Matcher localCluster = LOCAL_CLUSTER.matcher(master);
    if (localCluster.matches()) {
      return conf.getInt("spark.executor.cores", Integer.parseInt(localCluster.group(1)));
    }
    return conf.getInt("spark.executor.cores", otherwise);
  }
}
