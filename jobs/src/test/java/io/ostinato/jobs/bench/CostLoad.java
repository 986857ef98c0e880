package io.ostinato.jobs.bench;

/**
 * What one evaluation has to do, and with what: everything on which its time depends.
 *
 * @param rows number of rows
 * @param rowBytes size of a row's tensors, in bytes
 * @param forwardSeconds the forward of one row in a batch in native memory, on one thread
 * @param modelBytes size of the weights that changed, in bytes
 * @param resultBytes size of the results of a row that are returned, in bytes; 0 with metrics
 * @param tasks number of partitions
 * @param hosts number of machines with executors
 * @param processors of each host
 * @param executors number of executor processes
 * @param slots task slots of each executor
 */
record CostLoad(
    double rows,
    double rowBytes,
    double forwardSeconds,
    double modelBytes,
    double resultBytes,
    double tasks,
    int hosts,
    int processors,
    int executors,
    int slots) {
  /** The number of tasks from which states of metrics are merged on executors. */
  static final int TREE_TASKS = 8;

  /** The number of tasks that compute at the same time. */
  double parallel() {
    return Math.min(tasks, Math.min(executors * slots, hosts * processors));
  }

  /** The number of batches of all tasks, which share the rows equally. */
  double batches() {
    return tasks * Math.ceil(rows / tasks / BenchSpark.BATCH);
  }

  /** The number of tasks of all stages: states of metrics are merged in a second one. */
  double launchedTasks() {
    return tasks + (isTree() ? Math.ceil(Math.sqrt(tasks)) : 0);
  }

  /** The number of tasks whose states of metrics are merged on executors. */
  double mergedTasks() {
    return isTree() ? tasks : 0;
  }

  private boolean isTree() {
    return resultBytes == 0 && tasks >= TREE_TASKS;
  }

  /** The number of executors with tasks. */
  double activeExecutors() {
    return Math.min(tasks, executors);
  }

  CostLoad withExecutors(int number) {
    return with(modelBytes, resultBytes, tasks, number, number);
  }

  CostLoad withTasks(double number) {
    return with(modelBytes, resultBytes, number, hosts, executors);
  }

  CostLoad withModelBytes(double bytes) {
    return with(bytes, resultBytes, tasks, hosts, executors);
  }

  CostLoad withResultBytes(double bytes) {
    return with(modelBytes, bytes, tasks, hosts, executors);
  }

  private CostLoad with(
      double newModelBytes,
      double newResultBytes,
      double newTasks,
      int newHosts,
      int newExecutors) {
    return new CostLoad(
        rows,
        rowBytes,
        forwardSeconds,
        newModelBytes,
        newResultBytes,
        newTasks,
        newHosts,
        processors,
        newExecutors,
        slots);
  }
}
