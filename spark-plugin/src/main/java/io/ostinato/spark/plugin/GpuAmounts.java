package io.ostinato.spark.plugin;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.SparkConf;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The amounts of GPUs that executors and tasks request from Spark.
 *
 * @param executor value of {@code spark.executor.resource.gpu.amount}; empty if not set
 * @param task value of {@code spark.task.resource.gpu.amount}; empty if not set
 * @param cores number of cores of an executor; 0 if unknown
 * @param taskCpus number of cores of a task
 */
public record GpuAmounts(String executor, String task, int cores, int taskCpus) {
  static final String EXECUTOR = "spark.executor.resource.gpu.amount";
  static final String TASK = "spark.task.resource.gpu.amount";

  /** The unused share of a GPU that is tolerated, for example with three tasks of 0.33. */
  private static final double NEGLIGIBLE = 0.05;

  private static final Logger log = LoggerFactory.getLogger(OstinatoPlugin.class);

  /** The amounts of an application; none in local mode, in which Spark assigns no GPUs to tasks. */
  public static GpuAmounts of(SparkConf conf) {
    boolean local = conf.get("spark.master", "").matches("local(\\[.*)?");
    return new GpuAmounts(
        local ? "" : conf.get(EXECUTOR, "").trim(),
        local ? "" : conf.get(TASK, "").trim(),
        TaskSlots.cores(conf, 0),
        Math.max(1, conf.getInt("spark.task.cpus", 1)));
  }

  /**
   * Checks the amounts, and logs a warning for GPUs or cores that would be idle.
   *
   * @throws IllegalArgumentException as {@link #refuseMistakes}
   */
  public void check() {
    refuseMistakes();
    warnings().forEach(log::warn);
  }

  /**
   * Checks that the amounts are consistent.
   *
   * @throws IllegalArgumentException if tasks could never run, or would all compute on one GPU,
   *     with the arithmetic
   */
  public void refuseMistakes() {
    List<String> mistakes = mistakes();
    if (!mistakes.isEmpty()) {
      throw new IllegalArgumentException(
          "invalid amounts of GPUs:\n  - " + String.join("\n  - ", mistakes));
    }
  }

  List<String> mistakes() {
    List<String> mistakes = new ArrayList<>();
    double gpus = number(EXECUTOR, executor, mistakes);
    double share = number(TASK, task, mistakes);
    if (!mistakes.isEmpty()) {
      return mistakes;
    }
    if (gpus != Math.rint(gpus)) {
      mistakes.add("%s=%s is not allowed; it must be a whole number".formatted(EXECUTOR, executor));
    }
    if (share > 1 && share != Math.rint(share)) {
      mistakes.add(
          "%s=%s is not allowed; it must be a whole number, or a fraction of one GPU, such as 0.5"
              .formatted(TASK, task));
    }
    if (gpus > 0 && share == 0) {
      mistakes.add(
          "%s=%s, but %s is not set: Spark would assign no GPU to tasks, and all would compute on the"
                  .formatted(EXECUTOR, executor, TASK)
              + " first; set it to 1, or to 0.5 for two tasks on each GPU");
    } else if (share > 0 && gpus == 0) {
      mistakes.add(
          "%s=%s, but %s is not set: no executor would have a GPU for a task; set it to the number of"
                  .formatted(TASK, task, EXECUTOR)
              + " GPUs of each executor");
    } else if (share > gpus) {
      mistakes.add(
          "%s=%s is more than %s=%s: no task would ever run; lower the first or raise the second"
              .formatted(TASK, task, EXECUTOR, executor));
    }
    return mistakes;
  }

  /** Describes GPUs and cores that the amounts leave idle; for valid amounts only. */
  List<String> warnings() {
    List<String> warnings = new ArrayList<>();
    if (executor.isEmpty() || task.isEmpty()) {
      return warnings;
    }
    double gpus = Double.parseDouble(executor);
    double share = Double.parseDouble(task);
    if (gpus == 0) {
      return warnings;
    }
    warnShares(gpus, share, warnings);
    if (cores > 0) {
      warnSlots(gpus, share, warnings);
    }
    return warnings;
  }

  /**
   * The number of tasks at a time, counted as Spark does: a task with a share below 1 never spans
   * two GPUs.
   */
  static double slots(double gpus, double share) {
    return share < 1 ? gpus * perGpu(share) : Math.floor(gpus / share);
  }

  private static double perGpu(double share) {
    return Math.floor(1 / share);
  }

  private void warnShares(double gpus, double share, List<String> warnings) {
    double over = 1 - perGpu(share) * share;
    if (share < 1 && over > NEGLIGIBLE) {
      warnings.add(
          "%s=%s: %s of %s fit on a GPU, and %s of it is unused; %s gives the same number of tasks"
              .formatted(
                  TASK,
                  task,
                  tasks(perGpu(share)),
                  task,
                  text(Math.rint(over * 100) / 100),
                  text(Math.floor(100 / perGpu(share)) / 100)));
    }
    if (share > 1) {
      warnings.add(
          "%s=%s: a task computes on one GPU, so %s of %s are idle; set it to 1"
              .formatted(TASK, task, text(share - 1), task));
    }
    double rest = share > 1 ? gpus % share : 0;
    if (rest > 0) {
      warnings.add(
          "%s=%s is not a multiple of %s=%s: %s of the GPUs of each executor are never assigned"
              .formatted(EXECUTOR, executor, TASK, task, text(rest)));
    }
  }

  private void warnSlots(double gpus, double share, List<String> warnings) {
    int byCores = cores / taskCpus;
    double byGpus = slots(gpus, share);
    String cpus = "an executor's %s cores over spark.task.cpus=%s".formatted(cores, taskCpus);
    String shares = "%s=%s over %s=%s".formatted(EXECUTOR, executor, TASK, task);
    if (byCores < byGpus) {
      warnings.add(
          "%s allow %s at a time, but %s allow %s, so GPUs wait for cores; give executors %s cores"
              .formatted(
                  cpus, tasks(byCores), shares, text(byGpus), text(Math.rint(byGpus * taskCpus))));
    } else if (byCores > byGpus) {
      warnings.add(
          "%s allow %s at a time, but %s allow %s; the other cores are used only by threads of the"
                  .formatted(cpus, tasks(byCores), shares, text(byGpus))
              + " native engine. For more tasks, lower "
              + TASK);
    }
  }

  private static double number(String key, String value, List<String> mistakes) {
    if (value.isEmpty()) {
      return 0;
    }
    try {
      double number = Double.parseDouble(value);
      if (number >= 0 && number < Integer.MAX_VALUE) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Reported below, like a number out of range.
    }
    mistakes.add("%s=%s is not allowed; it must be a number of at least 0".formatted(key, value));
    return 0;
  }

  private static String tasks(double number) {
    return text(number) + (number == 1 ? " task" : " tasks");
  }

  private static String text(double number) {
    return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
  }
}
