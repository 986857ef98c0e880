package io.ostinato.spark.engine;

import java.io.Serializable;

/**
 * Time spent by tasks, in nanoseconds.
 *
 * @param refresh waiting for the model and loading its weights
 * @param read waiting for batches and copying them to the device
 * @param forward processing batches and copying the results back
 */
record TaskTimes(long refresh, long read, long forward) implements Serializable {
  static final TaskTimes NONE = new TaskTimes(0, 0, 0);

  TaskTimes plus(TaskTimes other) {
    return new TaskTimes(refresh + other.refresh, read + other.read, forward + other.forward);
  }
}
